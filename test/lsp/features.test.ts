import type {
  CompileResult,
  DeclarationsParams,
  DeclarationsResult,
  PlansResult,
  PrintResult,
} from '@otaplan/language-server/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  DocumentHighlight,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  Position,
  SelectionRange,
  SemanticTokens,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
  WorkspaceSymbol,
} from 'vscode-languageserver-protocol';
import type { LspClient } from './client.ts';
import { at, catalog, Desk, spring } from './desk.ts';

describe('features over a real connection', () => {
  let desk: Desk;
  let client: LspClient;
  const uri = (name: string) => desk.uri(name);
  const typed = (text: string) => desk.typed(text);
  const complete = (text: string) => desk.complete(text);
  const document = { textDocument: { uri: '' } };
  const actions = (position: Position, only?: string[]) => desk.actionsAt(document.textDocument, position, only);

  beforeAll(async () => {
    desk = await Desk.setUp();
    client = desk.client;
    document.textDocument.uri = uri('spring.otaplan');
  });
  afterAll(() => desk.clear());

  it('formats a document, and leaves a formatted one alone', async () => {
    const ugly = 'plan "A" {\n product   m\n      mode silent\n}\n';
    await typed(`${ugly}|`);
    const params = { textDocument: { uri: uri('scratch.otaplan') }, options: { tabSize: 2, insertSpaces: true } };
    const edits = await client.request<TextEdit[]>('textDocument/formatting', params);
    expect(edits.map(({ newText }) => newText).join('')).toContain('  product m\n');
    expect(await client.request('textDocument/formatting', { ...params, ...document })).toEqual([]);
    const onType = { ...params, position: { line: 3, character: 1 }, ch: '}' };
    expect((await client.request<TextEdit[]>('textDocument/onTypeFormatting', onType)).length).toBeGreaterThan(0);
    const range = { start: { line: 0, character: 0 }, end: { line: 3, character: 0 } };
    expect(
      (await client.request<TextEdit[]>('textDocument/rangeFormatting', { ...params, range })).length,
    ).toBeGreaterThan(0);
  });

  it('offers missing statements first, and none that is there already', async () => {
    const items = await complete('plan "A" {\n  product water_meter\n  |\n}\n');
    const labels = items.map(({ label }) => label);
    expect(labels.slice(0, 4)).toEqual(['effective', 'targets', 'upgrade', 'mode']);
    expect(labels).not.toContain('product');
    expect(items[0]?.insertTextFormat).toBe(2);
  });

  it('offers names of other files with the import that they need', async () => {
    const items = await complete('plan "A" {\n  product |\n}\n');
    const product = items.find(({ label }) => label === 'water_meter');
    expect(product?.additionalTextEdits?.[0]?.newText).toBe('import "catalog.otaplan"\n\n');
  });

  it.each([
    ['upgrade | ', 'modem'],
    ['upgrade modem |', 'to'],
    ['upgrade modem to |', '"2.5.0"'],
    ['upgrade modem to "2.|"', '"2.4.0"'],
    ['upgrade modem to "2.4.0" from |', '"2.3.0"'],
    ['upgrade modem to "2.4.0" |', 'using'],
    ['effective |', '2026-11-25'],
    ['effective 2026-12-01 |', '00:00'],
    ['effective 2026-12-01 00:00 to |', '2026-12-15'],
    ['effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Ber|"', '"Europe/Berlin"'],
    ['targets {\n include |', 'pilot'],
    ['targets {\n include "8661|', '"866123040000010"'],
    ['mode |', 'silent'],
    ['mode silent {\n push |', '01:00'],
    ['mode silent {\n after rejection 120 |', 'min'],
    ['allow |', 'SAFE002'],
  ])('after “%s” offers %s', async (words, wanted) => {
    const items = await complete(`import "catalog.otaplan"\n\nplan "A" {\n  product water_meter\n  ${words}\n}\n`);
    expect(items.map(({ label }) => label)).toContain(wanted);
  });

  it('offers paths, and nothing inside a comment', async () => {
    expect((await complete('import |\n')).map(({ label }) => label)).toContain('"catalog.otaplan"');
    expect(
      (await complete('import "catalog.otaplan"\ndevices a of water_meter from "lists/|"')).map(({ label }) => label),
    ).toContain('"lists/berlin.csv"');
    expect(await complete('plan "A" {\n  // pro|\n}\n')).toEqual([]);
  });

  it('explains a zone when it is looked at', async () => {
    const items = await complete('plan "A" {\n  effective 2026-12-01 00:00 to 2026-12-15 23:59 in |\n}\n');
    const zone = items.find(({ label }) => label === '"Europe/Berlin"');
    const resolved = await client.request<CompletionItem>('completionItem/resolve', zone);
    expect(JSON.stringify(resolved.documentation)).toContain('UTC+01:00');
  });

  it.each([
    [
      'Water meter 2.4',
      /Upgrades \*\*3 devices\*\* of Water meter NB[\s\S]*`modem` from 2\.3\.0[\s\S]*2026-11-30T23:00:00Z[\s\S]*15 push windows[\s\S]*50 %/,
    ],
    ['Europe/Berlin', /UTC\+01:00[\s\S]*changes next/],
    ['"2.4.0"', /Modem 2\.4\.0[\s\S]*5 B[\s\S]*SHA-256/],
    ['pilot', /2 devices/],
    ['modem    to', /module “FOTA”/],
    ['water_meter', /Water meter NB[\s\S]*p1WM01/],
    ['waves', /cumulative shares/],
    ['battery', /Least battery/],
  ] as const)('hovers over %s', async (word, wanted) => {
    const hover = await client.request<Hover | null>('textDocument/hover', { ...document, position: at(spring, word) });
    expect(JSON.stringify(hover?.contents).replaceAll('\\n', '\n')).toMatch(wanted);
  });

  it('hovers over a device with what the catalogue knows', async () => {
    const params = { textDocument: { uri: uri('catalog.otaplan') }, position: at(catalog, '866123040000010') };
    expect(JSON.stringify(await client.request<Hover>('textDocument/hover', params))).toMatch(/Cellar.*Online/);
  });

  it('goes to definitions, finds references and highlights', async () => {
    const position = at(spring, 'pilot');
    const [definition] = await client.request<Location[]>('textDocument/definition', { ...document, position });
    expect(definition).toMatchObject({ uri: uri('catalog.otaplan'), range: { start: at(catalog, 'pilot', 0) } });
    const references = await client.request<Location[]>('textDocument/references', {
      ...document,
      position,
      context: { includeDeclaration: true },
    });
    expect(references.map((each) => each.uri)).toEqual([uri('catalog.otaplan'), uri('spring.otaplan')]);
    const highlights = await client.request<DocumentHighlight[]>('textDocument/documentHighlight', {
      ...document,
      position,
    });
    expect(highlights.length).toBe(1);
    const [imported] = await client.request<Location[]>('textDocument/definition', {
      ...document,
      position: at(spring, 'catalog'),
    });
    expect(imported?.uri).toBe(uri('catalog.otaplan'));
  });

  it('renames wherever a name is used, and refuses what is no name', async () => {
    const position = at(spring, 'pilot');
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', {
      ...document,
      position,
      newName: 'first',
    });
    expect(Object.keys(edit.changes ?? {}).sort()).toEqual([uri('catalog.otaplan'), uri('spring.otaplan')]);
    const prepared = await client.request('textDocument/prepareRename', { ...document, position });
    expect(prepared).toMatchObject({ placeholder: 'pilot' });
    await expect(client.request('textDocument/rename', { ...document, position, newName: '1 2' })).rejects.toThrow(
      'no name',
    );
    const plan = await client.request<WorkspaceEdit>('textDocument/rename', {
      ...document,
      position: at(spring, 'Water meter 2.4'),
      newName: 'Other',
    });
    // Whether the plan is deployed is not known here: an edit that may part it from its deployed self is confirmed.
    expect(plan.changeAnnotations?.['identity']?.needsConfirmation).toBe(true);
    await expect(client.request('textDocument/rename', { ...document, position, newName: 'berlin' })).rejects.toThrow(
      'another list',
    );
  });

  it('outlines the document and searches the workspace', async () => {
    const outline = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', document);
    expect(outline.map(({ name }) => name)).toEqual(['catalog.otaplan', 'Water meter 2.4']);
    expect(outline[1]?.children?.map(({ name }) => name)).toContain('upgrade modem    to "2.4.0" from "2.3.0"');
    const found = await client.request<WorkspaceSymbol[]>('workspace/symbol', { query: 'mdm24' });
    expect(found.map(({ name }) => name)).toContain('Modem 2.4.0');
  });

  it('folds, selects and links', async () => {
    const folds = await client.request<FoldingRange[]>('textDocument/foldingRange', document);
    expect(folds).toContainEqual({ startLine: 2, endLine: 27 });
    const [selection] = await client.request<SelectionRange[]>('textDocument/selectionRange', {
      ...document,
      positions: [at(spring, '2.4.0"')],
    });
    let depth = 0;
    for (let each = selection; each; each = each.parent) depth++;
    expect(depth).toBeGreaterThan(3);
    const links = await client.request<DocumentLink[]>('textDocument/documentLink', {
      textDocument: { uri: uri('catalog.otaplan') },
    });
    expect(links.map(({ target }) => target)).toEqual([
      uri('firmware/modem-2.4.0.bin'),
      uri('firmware/mcu.pack'),
      uri('lists/berlin.csv'),
    ]);
  });

  it('hints at UTC, days, devices and sizes', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 60, character: 0 } };
    const hints = await client.request<InlayHint[]>('textDocument/inlayHint', { ...document, range });
    expect(hints.map(({ label }) => label)).toEqual(['2026-11-30 23:00Z', '2026-12-15 22:59Z', '15 days', '3 devices']);
    const inCatalog = await client.request<InlayHint[]>('textDocument/inlayHint', {
      textDocument: { uri: uri('catalog.otaplan') },
      range,
    });
    expect(inCatalog.map(({ label }) => label)).toEqual(['5 B', '3 B', '2 devices', '1 device']);
  });

  it('colours names, and marks those that mean nothing', async () => {
    const { data } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', document);
    expect(data.length % 5).toBe(0);
    expect(data.length).toBeGreaterThan(0);
    await typed('plan "A" {\n  product nothing|\n}\n');
    const params = { textDocument: { uri: uri('scratch.otaplan') } };
    const unresolved = await client.request<SemanticTokens>('textDocument/semanticTokens/full', params);
    expect(unresolved.data[4]).toBe(4);
  });

  it('shows preview, deploy and status above a plan', async () => {
    const titles = async () =>
      (await client.request<CodeLens[]>('textDocument/codeLens', document)).map(({ command }) => command?.title);
    expect(await titles()).toEqual(['Preview', 'Deploy']);
    const counts = { notUpgraded: 0, upgrading: 0, upgraded: 2, upgradeFailed: 0, noUpdateRequired: 0, total: 3 };
    await client.notify('otaplan/deployedPlans', {
      plans: [{ name: 'Water meter 2.4', status: 'upgrading', digest: 'x', counts }],
    });
    expect(await titles()).toEqual(['Preview', 'Deploy', 'Upgrading · 2 of 3 upgraded · 100.00 % · file differs']);
    await client.notify('otaplan/deployedPlans', {
      plans: [
        {
          name: 'Water meter 2.4',
          status: 'finished',
          digest: null,
          counts: { ...counts, upgradeFailed: 1, noUpdateRequired: 4, total: 7 },
        },
      ],
    });
    expect((await titles())[2]).toBe('Finished · 2 of 7 upgraded · 4 need no update · 1 failed · 66.67 %');
  });

  it('helps with the shape of a statement', async () => {
    const help = await client.request<SignatureHelp | null>(
      'textDocument/signatureHelp',
      await typed('plan "A" {\n  upgrade modem to |\n}\n'),
    );
    expect(help?.signatures[0]?.label).toContain('upgrade <component> to <version>');
    expect(help?.activeParameter).toBe(1);
  });

  it('fixes one finding, and all that are safe', async () => {
    const position = at(catalog, '"firmware/modem');
    const inCatalog = { ...document, textDocument: { uri: uri('catalog.otaplan') } };
    const params = { ...inCatalog, range: { start: position, end: position }, context: { diagnostics: [] } };
    const fixes = await client.request<CodeAction[]>('textDocument/codeAction', params);
    expect(fixes.find(({ kind }) => kind === 'quickfix')?.diagnostics?.[0]?.code).toBe('PKG002');
    await typed('plan "A" {\n  product water_meter\n  retry 9 time\n  upgrade modem to 2.4|\n}\n');
    const whole = { start: { line: 0, character: 0 }, end: { line: 5, character: 0 } };
    const all = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: uri('scratch.otaplan') },
      range: whole,
      context: { diagnostics: [], only: ['source.fixAll'] },
    });
    expect(JSON.stringify(all)).toContain('\\"2.4\\"');
  });

  it.each([
    ['upgrade main_mcu', 'Upgrade from 1.8.3 by the delta package'],
    ['"Water meter 2.4"', 'Add a successor of “Water meter 2.4”'],
  ])('reshapes at %s: %s', async (word, title) => {
    expect((await actions(at(spring, word), ['refactor'])).map((each) => each.title)).toContain(title);
  });

  it('makes a successor that stands as it is', async () => {
    const found = (await actions(at(spring, '"Water meter 2.4"'), ['refactor'])).find(({ title }) =>
      title.startsWith('Add a successor'),
    );
    const text = Object.values(found?.edit?.changes ?? {})[0]?.[0]?.newText ?? '';
    expect(text).toContain('plan "Water meter 2.5"');
    expect(text).toContain('effective 2026-12-16 00:00 to 2026-12-31 23:59');
    expect(text).toContain('upgrade modem    to "2.5.0" from "2.4.0"');
  });

  it('moves a list to a file and back, and adds a digest', async () => {
    const where = (word: string) => ({
      textDocument: { uri: uri('catalog.otaplan') },
      range: { start: at(catalog, word), end: at(catalog, word) },
      context: { diagnostics: [], only: ['refactor'] },
    });
    const titles = async (word: string) =>
      (await client.request<CodeAction[]>('textDocument/codeAction', where(word))).map(({ title }) => title);
    expect(await titles('pilot')).toContain('Move the devices to “lists/pilot.csv”');
    expect(await titles('berlin')).toContain('Write the 1 device of “lists/berlin.csv” here');
    expect(await titles('"firmware/mcu')).toContain('Add the digest of the file');
  });

  it('compiles, prints and lists plans', async () => {
    const text = spring
      .replace('Water meter 2.4', 'Winter')
      .replace('"1.9.0" from "1.8.3"', '"1.9.0" from "1.8.3" using delta')
      .replaceAll('2026-12', '2027-01');
    await client.open(uri('winter.otaplan'), text);
    const compiled = await client.request<CompileResult>('otaplan/compile', { uri: uri('winter.otaplan') });
    expect(compiled.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [first] = compiled.plans;
    expect(first?.plan.name).toBe('Winter');
    expect(first?.packages.map((each) => each.files[0]?.sha256?.length)).toEqual([64, 64]);
    const printed = await client.request<PrintResult>('otaplan/print', { plan: first?.plan });
    expect(printed.text).toContain('plan "Winter"');
    const { plans } = await client.request<PlansResult>('otaplan/plans', { uri: uri('winter.otaplan') });
    expect(plans).toMatchObject([{ name: 'Winter', digest: first?.plan.digest, product: 'p1WM01', errors: 0 }]);
    await client.notify('textDocument/didClose', { textDocument: { uri: uri('winter.otaplan') } });
  });

  it('tells what a change declared before and declares now, also where only a list or an import changed', async () => {
    const list = uri('lists/berlin.csv');
    const asked = (earlier: DeclarationsParams['earlier']) =>
      client.request<DeclarationsResult>('otaplan/declarations', { earlier });
    const names = (side: DeclarationsResult['before']) => side.plans.map(({ name }) => name);
    const bySource = await asked([{ uri: uri('spring.otaplan'), text: spring.replace('180 min', '60 min') }]);
    expect(bySource.before.plans).toMatchObject([{ mode: { afterRejectionMinutes: 60 } }]);
    expect(bySource.after.plans).toMatchObject([{ mode: { afterRejectionMinutes: 180 } }]);
    expect(bySource.before.packages).toEqual([]);
    const byList = await asked([{ uri: list, text: 'device_key\n866123040000020\n866123040000021\n' }]);
    const count = ({ plans }: DeclarationsResult['before']) => plans.map(({ targets }) => targets.count);
    expect(count(byList.before)).toEqual(count(byList.after).map((now) => Number(now) + 1));
    const added = await asked([{ uri: uri('spring.otaplan'), text: null }]);
    expect([names(added.before), names(added.after)]).toEqual([[], ['Water meter 2.4']]);
    const removed = await asked([{ uri: uri('autumn.otaplan'), text: spring.replace('Water meter 2.4', 'Autumn') }]);
    expect([names(removed.before), names(removed.after)]).toEqual([['Autumn'], []]);
    const shown = await asked([{ uri: uri('spring.otaplan'), text: spring, gone: true }]);
    expect([names(shown.before), names(shown.after)]).toEqual([['Water meter 2.4'], []]);
    const broken = await asked([{ uri: uri('spring.otaplan'), text: 'plan "x" {' }]);
    expect(broken.before.incomplete).toEqual(['spring.otaplan cannot be read: it has errors of syntax.']);
    expect(await asked([])).toEqual({
      before: { plans: [], packages: [], incomplete: [] },
      after: { plans: [], packages: [], incomplete: [] },
    });
  });

  it('stops what is cancelled', async () => {
    // While a large text is read, the question and its cancellation both wait.
    const large = Array.from({ length: 600 }, (_, i) => `plan "${i}" {\n  retry 5 times\n}\n`).join('');
    await client.open('untitled:large', large);
    const source = new CancellationTokenSource();
    const asked = client.connection.sendRequest('workspace/symbol', { query: 'a' }, source.token);
    source.cancel();
    await expect(asked).rejects.toThrow('cancelled');
    await client.notify('textDocument/didClose', { textDocument: { uri: 'untitled:large' } });
  });
});
