import { describe, expect, it } from 'vitest';
import { emptyWorld, type World } from '../world.ts';
import { compile } from './compile.ts';

const catalog = `product meter {
  key "p1WM01"
  component modem:    module "FOTA" versions semver
  component main_mcu: mcu "STM32"
}
package "Modem" { for module version "2.4.0" file "b.bin" file "fw/a.bin" sha256 "${'AB'.repeat(32)}" }
package "MCU" { for mcu version "1.9.0" from "1.8.3" file "m.pack" }
devices pilot of meter { 866123040000028 866123040000010 }
devices berlin of meter from "lists/berlin.csv"
`;
const plan = `import "catalog.otaplan"
plan "Spring" {
  product meter
  effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"
  targets { include pilot, berlin, "866123040000010" exclude "866123040000036" }
  upgrade modem to "2.4.0" from "2.3.1", "2.3.0", "2.3.1"
  upgrade main_mcu to "1.9.0" from "1.8.3" using delta
  mode silent
  allow VER010 because "b"
  allow TIME018 because "a"
}
`;

function world(): World {
  return {
    ...emptyWorld(Date.parse('2026-11-24T10:00Z')),
    readText: (uri) =>
      uri === 'file:///w/lists/berlin.csv'
        ? { kind: 'good', value: 'name;device_key\nx;866123040000036\ny;866123040000044\n' }
        : { kind: 'notKnown' },
    fileFacts: (uri) =>
      uri === 'file:///w/b.bin' ? { kind: 'good', value: { size: 9, sha256: 'c'.repeat(64) } } : { kind: 'notKnown' },
  };
}

function compiled(files: Record<string, string>) {
  const sources = { files: new Map(Object.entries(files).map(([name, text]) => [`file:///w/${name}`, text])) };
  return compile({ ...sources, roots: ['file:///w/plan.otaplan'] }, world(), { rules: [] });
}

describe('lowering', () => {
  it('resolves names, fills in defaults, sorts lists and keeps the order of components', () => {
    const { plans, incomplete } = compiled({ 'catalog.otaplan': catalog, 'plan.otaplan': plan });
    expect(incomplete).toEqual([]);
    expect(plans).toEqual([
      {
        name: 'Spring',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        product: 'p1WM01',
        effective: {
          start: '2026-12-01T00:00',
          end: '2026-12-15T23:59',
          zone: 'Europe/Berlin',
          startUtc: '2026-11-30T23:00:00Z',
          endUtc: '2026-12-15T22:59:00Z',
        },
        targets: {
          all: false,
          include: ['866123040000010', '866123040000028', '866123040000036', '866123040000044'],
          exclude: ['866123040000036'],
          count: 3,
        },
        components: [
          {
            component: 'modem',
            type: 'module',
            identifier: 'FOTA',
            mode: 'full',
            target: '2.4.0',
            sources: ['2.3.0', '2.3.1'],
            versions: 'semver',
            package: {
              name: 'Modem',
              type: 'module',
              version: '2.4.0',
              sourceVersion: null,
              files: [
                { name: 'a.bin', sha256: 'ab'.repeat(32) },
                { name: 'b.bin', sha256: 'c'.repeat(64) },
              ],
            },
          },
          {
            component: 'main_mcu',
            type: 'mcu',
            identifier: 'STM32',
            mode: 'delta',
            target: '1.9.0',
            sources: ['1.8.3'],
            versions: null,
            package: {
              name: 'MCU',
              type: 'mcu',
              version: '1.9.0',
              sourceVersion: '1.8.3',
              files: [{ name: 'm.pack', sha256: null }],
            },
          },
        ],
        mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
        conditions: { batteryPercent: 30, signalDbm: -113 },
        retry: 5,
        waves: { steps: [{ percent: 100, waitMinutes: 0 }], halt: null },
        allow: [
          { code: 'TIME018', reason: 'a' },
          { code: 'VER010', reason: 'b' },
        ],
      },
    ]);
  });

  it('gives one digest however the text is split, ordered and spelled', () => {
    const [first] = compiled({ 'catalog.otaplan': catalog, 'plan.otaplan': plan }).plans;
    const statements = plan.split('\n').slice(2, -2);
    const upgrades = statements.filter((line) => line.includes('upgrade '));
    const others = statements.filter((line) => !line.includes('upgrade ')).reverse();
    const variants = [
      { 'plan.otaplan': catalog + plan.replace(/^import.*\n/, '') },
      { 'plan.otaplan': plan.replace(/^import.*\n/, '') + catalog },
      { 'catalog.otaplan': catalog, 'plan.otaplan': plan.replace('Spring" {', 'Spr\\u{69}ng" { // a comment') },
      {
        'catalog.otaplan': catalog,
        'plan.otaplan': `import "./catalog.otaplan" plan "Spring" {${[...others, ...upgrades].join('\n')}}`,
      },
      {
        'catalog.otaplan': catalog,
        'plan.otaplan': plan.replace('mode silent', 'mode silent { after rejection 2h push any time } retry 5 times'),
      },
    ];
    for (const variant of variants)
      expect(compiled(variant).plans.map(({ digest }) => digest)).toEqual([first?.digest]);
  });

  it('gives another digest where the order of upgrades differs', () => {
    const lines = plan.split('\n');
    const swapped = [...lines.slice(0, 5), lines[6], lines[5], ...lines.slice(7)].join('\n');
    const digests = [plan, swapped].map(
      (text) => compiled({ 'catalog.otaplan': catalog, 'plan.otaplan': text }).plans[0]?.digest,
    );
    expect(digests[0]).not.toBe(digests[1]);
  });

  it('sees what it imports, but not what that imports', () => {
    const between = 'import "catalog.otaplan"\nimport "plan.otaplan"\n';
    const far = compiled({
      'catalog.otaplan': catalog,
      'between.otaplan': between,
      'plan.otaplan': plan.replace('catalog', 'between'),
    });
    expect(far.plans).toEqual([]);
    expect(far.incomplete).toMatchObject([
      { name: 'Spring', lacks: expect.arrayContaining(['a product that is visible here']) },
    ]);
  });

  it('makes no document of half a character, which has no canonical form', () => {
    for (const text of [plan.replace('Spring', 'Spr\ud800'), plan.replace('because "b"', 'because "\udc00"')]) {
      const { plans, incomplete } = compiled({ 'catalog.otaplan': catalog, 'plan.otaplan': text });
      expect(plans).toEqual([]);
      expect(incomplete.map(({ lacks }) => lacks)).toEqual([['text without halves of characters']]);
    }
  });

  it('makes no document of a file with errors', () => {
    const sources = { files: new Map([['file:///w/plan.otaplan', 'plan "A" { retry 5 }']]) };
    const { plans, errors } = compile(sources, world());
    expect(plans).toEqual([]);
    expect(errors.map(({ code }) => code)).toContain('SYN001');
  });
});

describe('what blocks a plan', () => {
  const whole = plan.replace('"Spring"', '"Whole"').replace('pilot, berlin, ', 'pilot, ');
  const backwards = whole.replace('"Whole"', '"Backwards"').replace('2026-12-15 23:59', '2026-11-30 23:59');
  const result = (catalogText: string, planText: string, name?: string) =>
    compile(
      {
        files: new Map([
          ['file:///w/catalog.otaplan', catalogText],
          ['file:///w/plan.otaplan', planText],
        ]),
        roots: ['file:///w/plan.otaplan'],
      },
      world(),
      name === undefined ? {} : { plan: name },
    );
  const names = (...args: Parameters<typeof result>) => result(...args).plans.map((each) => each.name);
  const both = `${whole}${backwards.replace(/^import.*\n/, '')}`;

  it('is an error in it, not one in another plan of the file', () => {
    expect(names(catalog, both, 'whole ')).toEqual(['Whole']);
    expect(names(catalog, both, 'Backwards')).toEqual([]);
    expect(result(catalog, both, 'Whole').findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('is any error of a file that is asked for as a whole: what it says is deployed together or not', () => {
    expect(names(catalog, both)).toEqual([]);
  });

  it('is an error in what it uses of another file, not one elsewhere in there', () => {
    const unused = 'devices spare of meter { bad-key }\n';
    expect(names(catalog + unused, whole)).toEqual(['Whole']);
    expect(names(catalog.replace('866123040000028', 'bad-key'), whole)).toEqual([]);
  });

  it('is whatever may change what its words mean: a declaration that cannot be read, an import that is not there', () => {
    expect(names(`${catalog}package "Hidden" { for module versoin "2.4.0" file "b.bin" }\n`, whole)).toEqual([]);
    expect(names(`${catalog}plan "Another" { retry 5 }\n`, whole)).toEqual(['Whole']);
    expect(names(catalog, `import "lost.otaplan"\n${whole}`)).toEqual([]);
  });

  it('is an error that two plans have together', () => {
    expect(names(catalog, `${whole}${whole.replace(/^import.*\n/, '')}`, 'Whole')).toEqual([]);
  });
});
