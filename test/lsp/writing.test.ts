import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionItem, Hover, SemanticTokens, SignatureHelp } from 'vscode-languageserver-protocol';
import { at, catalog, Desk, hoverText, spring } from './desk.ts';

/** A plan around statements, in a file that sees the catalogue. */
const inPlan = (words: string) =>
  `import "catalog.otaplan"\n\nplan "A" {\n  product water_meter\n  ${words}\n}\n\nplan "B" {\n  effective 2026-12-01 00:00 to 2026-12-02 00:00 in "Asia/Tokyo"\n}\n`;

describe('while a plan is written', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.setUp();
  });
  afterAll(() => desk.clear());
  const labels = async (words: string) => (await desk.complete(inPlan(words))).map(({ label }) => label);
  const resolve = async (item: CompletionItem | undefined) =>
    JSON.stringify((await desk.client.request<CompletionItem>('completionItem/resolve', item)).documentation);

  describe('completion', () => {
    it.each([
      ['of days and instants at the start, on the clock of the zone', 'effective |', '2026-11-24 11:10'],
      ['of the next full hour', 'effective |', '2026-11-24 12:00'],
      ['of tomorrow', 'effective |', '2026-11-25'],
      ['of times of day: the next full hour', 'effective 2026-12-01 |', '12:00'],
      ['of days after the start', 'effective 2026-12-01 00:00 to |', '2026-12-15'],
      ['of the signs that belong to a number', 'conditions {\n battery >= 30 |', '%'],
      ['of units', 'conditions {\n signal >= -100 |', 'dBm'],
      ['of units of a wait', 'waves {\n 10 % then wait 5 |', 'h'],
      ['of languages', 'mode manual {\n text |', 'zh'],
      ['of modes', 'mode |', 'manual'],
      ['of whole hours', 'mode silent {\n push 22:00 to |', '06:00'],
    ])('%s', async (_, words, wanted) => {
      expect(await labels(words)).toContain(wanted);
    });

    it('reads the zone of the statement before any other', async () => {
      const offered = await labels('effective | to 2026-12-15 23:59 in "Pacific/Auckland"');
      expect(offered).toContain('2026-11-24 23:10');
      expect(offered).toContain('2026-11-25 00:00');
    });

    it('finds a zone by a city without a zone of its own, and by an abbreviation', async () => {
      const items = await desk.complete(inPlan('effective 2026-12-01 00:00 to 2026-12-15 23:59 in |'));
      const berlin = items.find(({ label }) => label === '"Europe/Berlin"');
      expect(berlin?.filterText).toMatch(/Berlin.*munich.*CET/);
      // What the workspace uses comes first.
      expect(items.slice(0, 2).map(({ label }) => label)).toContain('"Europe/Berlin"');
    });

    it('offers versions of packages that another file declares, with the import', async () => {
      const text =
        'product other {\n  key "p1"\n  component modem: module "FOTA"\n}\n\nplan "A" {\n  product other\n  upgrade modem to |\n}\n';
      const items = await desk.complete(text);
      const [declared, known] = ['"2.4.0"', '"2.5.0"'].map((wanted) => items.find(({ label }) => label === wanted));
      expect(declared?.additionalTextEdits?.[0]?.newText).toBe('import "catalog.otaplan"\n\n');
      expect(known?.detail).toContain('at Developer Center');
      expect(known?.additionalTextEdits).toBeUndefined();
    });

    it('offers keys by their beginning, and none that the list has already', async () => {
      const keys = async (text: string) =>
        (await desk.complete(`import "catalog.otaplan"\n${text}`)).map(({ label }) => label);
      expect(await keys('devices a of water_meter {\n  8661|\n}\n')).toContain('866123040000010');
      expect(await keys('devices a of water_meter {\n  866123040000010\n  8661|\n}\n')).not.toContain(
        '866123040000010',
      );
      expect(await keys('devices a of water_meter {\n  9|\n}\n')).toEqual([]);
      expect(
        await keys('product another { key "p2" component m: module "F" }\ndevices a of another {\n  8|\n}\n'),
      ).toEqual([]);
    });

    it('explains statements, rules, zones and devices only when they are looked at', async () => {
      const statements = await desk.complete(inPlan('|'));
      const retry = statements.find(({ label }) => label === 'retry');
      expect(retry?.documentation).toBeUndefined();
      expect(await resolve(retry)).toContain('tried again');
      const rules = await desk.complete(inPlan('allow |'));
      expect(await resolve(rules.find(({ label }) => label === 'TIME018'))).toContain('30 days');
      const device = (await desk.complete(inPlan('targets {\n include "8661|"\n}')))[0];
      expect(device?.label).toBe('"866123040000010"');
      expect(await resolve(device)).toMatch(/Cellar.*2\.3\.0/);
    });
  });

  describe('hover', () => {
    const spoken = async (word: string, offset = 1) =>
      hoverText(
        await desk.client.request<Hover | null>('textDocument/hover', {
          ...desk.document('spring.otaplan'),
          position: at(spring, word, offset),
        }),
      );

    it.each([
      ['a start', '2026-12-01', /Tuesday, 2026-12-01 00:00 in Europe\/Berlin\n\n2026-11-30T23:00:00Z, in 7 days/],
      ['an end', '2026-12-15', /2026-12-15T22:59:00Z/],
      [
        'a push period',
        '01:00',
        /15 push windows[\s\S]*first: 2026-12-01 01:00 to 2026-12-01 05:00 \(2026-12-01T00:00:00Z/,
      ],
      ['a wave', '50 %', /50 % from 2026-12-01 00:00/],
      ['a word within a statement', 'to "2.4.0"', /upgrade <component> to <version>/],
      ['a mode', 'silent', /Silent: devices upgrade by themselves/],
      ['a source version that devices report', '"2.3.0"', /1 device of 1 reports it/],
      ['a source version', '"1.8.3"', /0 devices of 1 report it/],
      ['a word of a condition', '>= 40', /Least battery/],
    ])('over %s', async (_, word, wanted) => {
      expect(await spoken(word)).toMatch(wanted);
    });

    it('over a version that only Developer Center has: package, size, digest', async () => {
      expect(await desk.hover(inPlan('upgrade modem to "2.|5.0"'))).toMatch(
        /Modem 2\.5\.0[\s\S]*2\.0 KiB[\s\S]*abababababab/,
      );
    });

    it('over the code of a rule: the rule', async () => {
      expect(await desk.hover(inPlan('allow TIME|018 because "x"'))).toMatch(/TIME018.*\(warning\)[\s\S]*30 days/);
    });

    it('over a status in a comment or a text: what it means, for each thing that can have it', async () => {
      expect(await desk.hover('// not while Upgra|ding\n')).toMatch(
        /of a plan \(2\)[\s\S]*of a device \(1\)[\s\S]*of a component \(9\)/,
      );
      expect(await desk.hover(inPlan('allow TIME018 because "they are No Upd|ate Required"'))).toMatch(
        /No component needs an update/,
      );
      expect(await desk.hover('// not while upgra|ding\n')).toBe('');
    });

    it('over a zone of old and over nothing', async () => {
      expect(await desk.hover(inPlan('effective 2026-12-01 00:00 to 2026-12-02 00:00 in "Asia/Cal|cutta"'))).toMatch(
        /UTC\+05:30/,
      );
      expect(await desk.hover('|\n')).toBe('');
    });
  });

  it.each([
    ['effective 2026-12-01 |', 1],
    ['effective 2026-12-01 00:00 to |', 3],
    ['retry |', 0],
    ['mode silent {\n push 01:00 to |', 1],
    ['waves {\n 10 % then wait |', 1],
    ['allow |', 0],
  ])('the shape of “%s” is shown at part %i', async (words, part) => {
    const help = await desk.client.request<SignatureHelp | null>(
      'textDocument/signatureHelp',
      await desk.typed(inPlan(words)),
    );
    expect(help?.activeParameter).toBe(part);
    expect(help?.signatures[0]?.parameters?.[part]?.documentation).toMatchObject({ kind: 'markdown' });
  });

  describe('semantic tokens', () => {
    const legend = () => desk.client.capabilities.semanticTokensProvider?.legend;
    /** Words with their type and modifiers. */
    async function words(text: string): Promise<string[]> {
      const { textDocument } = await desk.typed(text);
      const { data } = await desk.client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
      const lines = text.replace('|', '').split('\n');
      const said: string[] = [];
      let [line, start] = [0, 0];
      for (let i = 0; i < data.length; i += 5) {
        const [down = 0, right = 0, length = 0, type = 0, bits = 0] = data.slice(i, i + 5);
        line += down;
        start = down > 0 ? right : start + right;
        const modifiers = (legend()?.tokenModifiers ?? []).filter((_, bit) => bits & (1 << bit));
        said.push([lines[line]?.slice(start, start + length), legend()?.tokenTypes[type], ...modifiers].join(' '));
      }
      return said;
    }

    it('tell names by what they name, and what is unresolved or of old', async () => {
      const text = inPlan(
        'targets {\n include pilot, nobody\n }\n upgrade modem to "1"\n upgrade lost to "1"\n allow XYZ999 because "?"\n effective 2026-12-01 00:00 to 2026-12-02 00:00 in "Asia/Calcutta"|',
      );
      expect(await words(text)).toEqual([
        'water_meter class',
        'pilot variable',
        'nobody variable unresolved',
        'modem property',
        'lost property unresolved',
        'XYZ999 enumMember unresolved',
        '"Asia/Calcutta" string deprecated',
      ]);
      expect(await words('devices a of lost {\n}\n|')).toEqual(['a variable declaration', 'lost class unresolved']);
    });

    it('of a range are those of the declarations in it', async () => {
      const params = {
        ...desk.document('catalog.otaplan'),
        range: { start: at(catalog, 'devices pilot', 0), end: at(catalog, 'devices pilot', 0) },
      };
      const { data } = await desk.client.request<SemanticTokens>('textDocument/semanticTokens/range', params);
      expect(data.length).toBe(2 * 5);
    });
  });
});
