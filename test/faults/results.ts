import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { always, type Fault } from './fault.ts';

/** What came of one fault on one store, in one run or in several that are put together. */
export interface Result {
  readonly of: Fault['of'];
  readonly fault: string;
  readonly store: string;
  /** Why it was not done; `null`: it was. */
  readonly skipped: string | null;
  readonly tried: number;
  readonly lost: number;
  readonly invariants: readonly string[];
  readonly wrong: readonly string[];
  readonly seen: string;
  readonly seconds: number;
  /** When its last run ended. */
  readonly at: string;
}

export function emptyResult({ of, name, looksAt }: Fault, store: string): Result {
  const invariants = [...new Set([...always, ...looksAt])].sort();
  const at = new Date().toISOString();
  return { of, fault: name, store, skipped: null, tried: 0, lost: 0, invariants, wrong: [], seen: '', seconds: 0, at };
}

/** Adds a result to a file in which runs are gathered, one JSON document a line. */
export function keep(file: string, result: Result): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/** Results of several runs, by fault and store: what was tried, lost and wrong is added up, and nothing that was wrong goes away. */
export function gathered(file: string): Result[] {
  const found = new Map<string, Result>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const one = JSON.parse(line) as Result;
    const key = `${one.fault}\n${one.store}`;
    const before = found.get(key);
    found.set(key, before ? together(before, one) : one);
  }
  return [...found.values()];
}

function together(one: Result, two: Result): Result {
  if (one.skipped !== null || two.skipped !== null) return one.skipped === null ? one : two;
  return {
    ...two,
    tried: one.tried + two.tried,
    lost: one.lost + two.lost,
    wrong: [...one.wrong, ...two.wrong],
    seen: [one.seen, two.seen].filter((seen) => seen !== '').join('; '),
    seconds: one.seconds + two.seconds,
  };
}

const headings = ['fault', 'store', 'tried', 'lost', 'invariants held', 'seconds', 'seen'] as const;

function cellsOf(result: Result): string[] {
  const { fault, store, skipped, tried, lost, invariants, wrong, seconds, seen } = result;
  if (skipped !== null) return [fault, store, 'skipped', '–', skipped, '–', ''];
  const held = wrong.length === 0 ? invariants.join(' ') : `BROKEN: ${wrong.length}`;
  return [fault, store, String(tried), lost === 0 ? 'nothing' : String(lost), held, seconds.toFixed(0), seen];
}

/** For a terminal. */
export function tableOf(results: readonly Result[]): string {
  const rows = [[...headings], ...results.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => line.trimEnd()).join('\n');
}

const mark = '<!-- Written by `npm run test:faults -- --out`; edits below are lost. -->';

/** Puts the table, with when and on what it came about, at the end of a Markdown file. */
export function writeTable(file: string, results: readonly Result[], programs: readonly string[]): void {
  const before = readFileSync(file, 'utf8').split(mark)[0] ?? '';
  const dates = results.map(({ at }) => at.slice(0, 10)).sort();
  const [first, last] = [dates[0], dates.at(-1)];
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${memory} GB of memory`;
  const run = results.filter(({ skipped }) => skipped === null);
  const broken = run.filter(({ wrong }) => wrong.length > 0);
  const lines = [
    mark,
    '',
    '## What came of them',
    '',
    `Run on ${first === last ? first : `${first} to ${last}`}, the table written ${commit()}: ${[machine, ...programs].join('; ')}.`,
    '',
    `${run.length} faults were done ${run.reduce((sum, { tried }) => sum + tried, 0)} times, ${results.length - run.length} skipped. ` +
      `Lost: ${run.reduce((sum, { lost }) => sum + lost, 0) || 'nothing'}. Broken: ${broken.length || 'none'}.`,
  ];
  for (const of of new Set(results.map((result) => result.of))) {
    lines.push('', `### ${of.replace(/^./, (letter) => letter.toUpperCase())}`, '');
    lines.push(`| ${headings.join(' | ')} |`, `| ${headings.map(() => '---').join(' | ')} |`);
    for (const result of results) if (result.of === of) lines.push(`| ${cellsOf(result).join(' | ')} |`);
  }
  writeFileSync(file, `${before}${lines.join('\n')}\n`);
}

/** The commit that the working copy stands at, and whether files differ from it. */
function commit(): string {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).stdout?.trim();
  const at = git('rev-parse', '--short', 'HEAD');
  if (!at) return 'of no commit';
  return git('status', '--porcelain', '--', '../../packages', '.') ? `at ${at} and changes` : `at ${at}`;
}
