/**
 * Speed of the language server against `yaml-language-server` 2 with a JSON Schema on the same content, and against a
 * server that only keeps the text, over real LSP connections in one run: `node test/bench/language.ts [--quick]
 * [--only lines-1000,lines-10000,syntax-error,lines-50000,keys-10000,keys-100000,files] [--servers null,yaml,otaplan]`.
 * A run of everything writes its section of `test/bench/README.md`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  otaplanKeys,
  otaplanText,
  otaplanWorkspace,
  yamlKeys,
  yamlSchema,
  yamlText,
  yamlWorkspace,
} from './language-content.ts';
import { Goals, writeSection } from './language-report.ts';
import { Driver, nullServer, otaplanServer, type ServerKind, type Spread, spread, yamlServer } from './lsp-driver.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, servers: { type: 'string' } },
});
const { quick } = options;
const partial = options.only !== undefined || options.servers !== undefined;
const parts = [
  'lines-1000',
  'lines-10000',
  'syntax-error',
  'lines-50000',
  'keys-10000',
  'keys-100000',
  'files',
] as const;
type Part = (typeof parts)[number];
const only = options.only?.split(',') ?? parts;
const kinds = { null: nullServer(), yaml: yamlServer(yamlSchema), otaplan: otaplanServer() };
type Name = keyof typeof kinds;
const servers = (options.servers?.split(',') ?? Object.keys(kinds)) as readonly Name[];
for (const [what, known] of [
  [only, parts],
  [servers, Object.keys(kinds)],
] as const) {
  const wrong = what.find((each) => !(known as readonly string[]).includes(each));
  if (wrong !== undefined) throw new Error(`${wrong}: there are ${known.join(', ')}.`);
}
const rows: string[][] = [];
const figures = new Map<string, Spread>();

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
function note(row: string, name: Name, value: Spread): void {
  figures.set(`${row} ${name}`, value);
  say(`${row}, ${name}: ${value.p50.toFixed(1)} (${value.p95.toFixed(1)}) ms`);
}
function figure(row: string, name: Name): Spread {
  return figures.get(`${row} ${name}`) ?? { p50: Number.NaN, p95: Number.NaN };
}
function table(row: string): void {
  const cell = (name: Name) => {
    const { p50, p95 } = figure(row, name);
    return Number.isNaN(p50) ? '' : `${p50.toFixed(1)} (${p95.toFixed(1)})`;
  };
  rows.push([row, cell('null'), cell('yaml'), cell('otaplan')]);
}

/** Lines on which one digit is typed back and forth, spread over the text. */
function digitLines(text: string, pattern: RegExp): { line: number; character: number }[] {
  const lines = text.split('\n');
  const all = lines.flatMap((content, line) => {
    const match = pattern.exec(content);
    return match ? [{ line, character: match.index + match[0].length - 1 }] : [];
  });
  const picks = [0.1, 0.35, 0.5, 0.75, 0.98].map((share) => all[Math.floor(share * (all.length - 1))]);
  return picks.filter((pick) => pick !== undefined);
}

/** Milliseconds of typing before anything counts. */
const warmUp = 2500;

/** Keystrokes in a document that is open: each waits for the findings of the one before. */
async function keystrokes(driver: Driver, uri: string, text: string, pattern: RegExp, times: number): Promise<Spread> {
  const places = digitLines(text, pattern);
  const taken: number[] = [];
  // Every server is typed into for a while first, as it is in an editor: compilers need it.
  const began = performance.now();
  for (let i = 0; taken.length < times; i++) {
    const place = places[i % places.length];
    if (!place) throw new Error('There is nowhere to type.');
    const digit = Math.floor(i / places.length) % 2 === 0 ? '4' : '3';
    const ms = await driver.edit(uri, i + 2, place.line, place.character, place.character + 1, digit);
    if (i >= 5 && performance.now() - began > warmUp) taken.push(ms);
  }
  return spread(taken);
}

async function typing(
  part: Part,
  row: string,
  text: Record<Name, string>,
  pattern: RegExp,
  times: Record<Name, number>,
): Promise<void> {
  if (!only.includes(part)) return;
  for (const name of ['null', 'yaml', 'otaplan'] as const) {
    if (times[name] === 0 || !servers.includes(name)) continue;
    const driver = await Driver.start(kinds[name]);
    const uri = `file:///bench/document${kinds[name].ending}`;
    await driver.open(uri, text[name]);
    await settled(driver);
    note(row, name, await keystrokes(driver, uri, text[name], pattern, times[name]));
    if (part === 'lines-10000') await besides(driver, uri, text[name], name);
    await driver.stop();
  }
  table(row);
}

const besidesRows = [
  'completion while typing, 10,000 lines',
  'CPU of 40 keystrokes, 10 a second, 10,000 lines',
  'memory (MB), 10,000 lines',
  'heap (MB), 10,000 lines',
];

/** Completion while typing, CPU of steady typing, memory: with the 10,000 lines open. */
async function besides(driver: Driver, uri: string, text: string, name: Name): Promise<void> {
  const [place] = digitLines(text, /retry:? 3/);
  if (!place) return;
  const taken: number[] = [];
  for (let i = 0; i < (name === 'yaml' ? 12 : 40); i++) {
    const digit = i % 2 === 0 ? '4' : '3';
    const began = performance.now();
    void driver.edit(uri, 1000 + i, place.line, place.character, place.character + 1, digit);
    await driver.connection.sendRequest('textDocument/completion', {
      textDocument: { uri },
      position: { line: place.line, character: place.character + 1 },
    });
    taken.push(performance.now() - began);
    await settled(driver, 60);
  }
  note('completion while typing, 10,000 lines', name, spread(taken));
  const cpu = driver.cpu();
  for (let i = 0; i < 40; i++) {
    void driver.edit(uri, 2000 + i, place.line, place.character, place.character + 1, i % 2 === 0 ? '4' : '3');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await settled(driver, 400);
  const used = driver.cpu() - cpu;
  note('CPU of 40 keystrokes, 10 a second, 10,000 lines', name, { p50: used, p95: used });
  const memory = driver.memory();
  note('memory (MB), 10,000 lines', name, { p50: memory, p95: memory });
  const heap = name === 'null' ? 0 : await driver.heap();
  if (name !== 'null') note('heap (MB), 10,000 lines', name, { p50: heap, p95: heap });
}

/** Waits until a server has been quiet for a while. */
async function settled(driver: Driver, quiet = 150): Promise<void> {
  for (let before = driver.cpu(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, quiet));
    const now = driver.cpu();
    if (now - before <= 10) return;
    before = now;
  }
}

async function workspace(): Promise<void> {
  if (!only.includes('files')) return;
  const files = quick ? 100 : 500;
  const contents = { yaml: yamlWorkspace(files, 200), otaplan: otaplanWorkspace(files, 200) };
  for (const name of ['yaml', 'otaplan'] as const) {
    if (!servers.includes(name)) continue;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'otaplan-bench-'));
    for (const [file, text] of contents[name]) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    const uri = (file: string) => pathToFileURL(path.join(folder, file)).href;
    const leaf = `plans/file-7${kinds[name].ending}`;
    const began = performance.now();
    const driver = await Driver.start(kinds[name], pathToFileURL(folder).href);
    await driver.open(uri(leaf), contents[name].get(leaf) ?? '');
    const first = performance.now() - began;
    if (name === 'yaml') {
      // It knows no closed files: every one is opened.
      for (const [file, text] of contents.yaml) {
        if (file === leaf) continue;
        void driver.connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri: uri(file), languageId: 'yaml', version: 1, text },
        });
      }
    }
    // Every file but the catalogue has a finding, so that its check can be seen.
    const wanted = files - 1;
    await driver.until(() => driver.published.size >= wanted);
    const all = performance.now() - began;
    note(`first findings of ${files} files`, name, { p50: first, p95: first });
    note(`all findings of ${files} files`, name, { p50: all, p95: all });
    await settled(driver, 500);
    const heap = await driver.heap();
    note(`heap (MB) of ${files} files`, name, { p50: heap, p95: heap });
    const resident = driver.memory();
    note(`memory (MB) of ${files} files`, name, { p50: resident, p95: resident });
    if (name === 'otaplan') {
      const text = contents.otaplan.get(leaf) ?? '';
      note('keystroke in a leaf', name, await keystrokes(driver, uri(leaf), text, /retry 3/, 20));
      const catalog = contents.otaplan.get('catalog.otaplan') ?? '';
      await driver.open(uri('catalog.otaplan'), catalog);
      await settled(driver, 500);
      note(
        'keystroke in the file that all import',
        name,
        await keystrokes(driver, uri('catalog.otaplan'), catalog, /firmware\/2\.\d/, 20),
      );
    }
    await driver.stop();
    rmSync(folder, { recursive: true });
  }
  for (const row of [
    `first findings of ${files} files`,
    `all findings of ${files} files`,
    `heap (MB) of ${files} files`,
    `memory (MB) of ${files} files`,
    'keystroke in a leaf',
    'keystroke in the file that all import',
  ])
    table(row);
}

const n = quick ? 0.3 : 1;
const some = (count: number) => Math.max(3, Math.round(count * n));
const texts = (lines: number): Record<Name, string> => ({
  null: otaplanText(lines),
  otaplan: otaplanText(lines),
  yaml: yamlText(lines),
});
const broken = (text: string, at: RegExp, insert: string) => text.replace(at, insert);

const startLoad = os.loadavg()[0]?.toFixed(1);
say(`Node ${process.version}, ${os.cpus().length} cores, load ${startLoad}`);
await typing('lines-1000', '1,000 lines', texts(1000), /retry:? 3/, {
  null: some(60),
  yaml: some(30),
  otaplan: some(60),
});
await typing('lines-10000', '10,000 lines', texts(10_000), /retry:? 3/, {
  null: some(60),
  yaml: some(15),
  otaplan: some(60),
});
for (const row of only.includes('lines-10000') ? besidesRows : []) table(row);
const wrong = texts(10_000);
await typing(
  'syntax-error',
  '10,000 lines with a syntax error',
  {
    null: wrong.null,
    yaml: broken(wrong.yaml, / {4}product: meter\n/, '    product: "meter\n'),
    otaplan: broken(wrong.otaplan, / {2}product {3}meter\n/, '  produkt   meter {\n'),
  },
  /retry:? 3/,
  { null: 0, yaml: some(10), otaplan: some(60) },
);
await typing('lines-50000', '50,000 lines', texts(50_000), /retry:? 3/, {
  null: some(40),
  yaml: some(5),
  otaplan: some(60),
});
await typing(
  'keys-10000',
  'a list of 10,000 keys',
  { null: otaplanKeys(10_000), otaplan: otaplanKeys(10_000), yaml: yamlKeys(10_000) },
  /^ +(- ")?8661230\d{7}3/,
  { null: some(40), yaml: some(8), otaplan: some(40) },
);
await typing(
  'keys-100000',
  'a list of 100,000 keys',
  { null: otaplanKeys(100_000), otaplan: otaplanKeys(100_000), yaml: yamlKeys(100_000) },
  /^ +(- ")?8661230\d{7}3/,
  { null: some(30), yaml: quick ? 0 : 3, otaplan: some(30) },
);
await workspace();

const files = quick ? 100 : 500;
const goals = new Goals();
const ten = {
  yaml: figure('10,000 lines', 'yaml'),
  otaplan: figure('10,000 lines', 'otaplan'),
  null: figure('10,000 lines', 'null'),
};
goals.atMost('keystroke at 10,000 lines, p95, of yaml', ten.otaplan.p95 / ten.yaml.p95, 1 / 40);
goals.atMost('keystroke at 10,000 lines, median, times null', ten.otaplan.p50 / ten.null.p50, 2);
goals.atMost(
  '50,000 against 1,000 lines, times',
  figure('50,000 lines', 'otaplan').p50 / figure('1,000 lines', 'otaplan').p50,
  4,
);
goals.atMost(
  'edit in 100,000 keys, times null',
  figure('a list of 100,000 keys', 'otaplan').p50 / figure('a list of 100,000 keys', 'null').p50,
  10,
);
const completion = (name: Name) => figure('completion while typing, 10,000 lines', name).p50;
goals.atMost('completion while typing, of yaml', completion('otaplan') / completion('yaml'), 1 / 40);
const cpu = (name: Name) => figure('CPU of 40 keystrokes, 10 a second, 10,000 lines', name).p50;
goals.atMost('CPU of steady typing, of yaml', cpu('otaplan') / cpu('yaml'), 1 / 30);
goals.atMost(
  'memory at 10,000 lines, of yaml',
  figure('memory (MB), 10,000 lines', 'otaplan').p50 / figure('memory (MB), 10,000 lines', 'yaml').p50,
  1 / 4,
);
const of = (row: string) => figure(row, 'otaplan').p50 / figure(row, 'yaml').p50;
goals.atMost(`first findings of ${files} files, of yaml`, of(`first findings of ${files} files`), 1);
goals.atMost(`all findings of ${files} files, of yaml`, of(`all findings of ${files} files`), 1 / 5);
goals.atMost(`heap of ${files} files, of yaml`, of(`heap (MB) of ${files} files`), 1 / 10);
goals.atMost(
  'keystroke in the file that all import, times one in a leaf',
  figure('keystroke in the file that all import', 'otaplan').p50 / figure('keystroke in a leaf', 'otaplan').p50,
  1.5,
);

const text = [
  `Node ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model ?? ''}), one run with a load of ${startLoad} on the machine from other work: \`node test/bench/language.ts${quick ? ' --quick' : ''}\`.`,
  'Milliseconds unless the row says otherwise: median (p95). `null` only keeps the text; `yaml` is yaml-language-server 2.0 with a JSON Schema on the same content, its own pause before validation taken out.',
  '',
  '| keystroke → findings | null | yaml | otaplan |',
  '|---|---|---|---|',
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
  ...goals.lines(),
].join('\n');
say(text);
if (!partial) writeSection(path.join(import.meta.dirname, 'README.md'), 'Language server', text);

export type { ServerKind };
