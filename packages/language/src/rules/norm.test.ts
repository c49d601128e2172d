import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from '../check.ts';
import { readFixture } from '../fixtures/fixture.ts';
import { rules } from './registry.ts';

/**
 * What the language promises of each rule: its severity (E, W, I, H), `*` where findings offer a fix, `°` where it needs the
 * catalogue. More rules are welcome; these are the least.
 */
const promised = `
SYN001 E, SYN002 E, SYN003 E*, SYN004 E*, SYN005 E*, SYN007 E, SYN008 W*, SYN011 E, SYN012 H*,
SEM001 E, SEM002 E, SEM003 E*, SEM004 E*, SEM005 E*, SEM006 E*, SEM008 H*, SEM010 E, SEM011 W, SEM013 W, SEM014 E, SEM015 E*,
SEM016 E, SEM017 I*, SEM019 W, SEM020 E*, SEM021 E*, SEM022 E, SEM023 E, SEM024 E,
TIME001 E*, TIME002 E*, TIME003 I*, TIME004 E*, TIME005 E*, TIME006 W*, TIME007 W, TIME008 E*, TIME009 E, TIME010 I, TIME011 W*,
TIME014 E, TIME015 W, TIME018 W, TIME019 W°, TIME021 E*, TIME022 E,
VER001 E, VER002 W, VER003 E*, VER004 W, VER006 W, VER008 E*, VER009 E, VER010 W°, VER011 W, VER015 W,
TGT001 E*, TGT002 W, TGT003 E, TGT004 E*, TGT005 E, TGT006 W*, TGT007 E, TGT008 E, TGT010 W, TGT011 E*, TGT015 W*,
SAFE001 W*, SAFE002 W, SAFE003 W, SAFE005 W, SAFE010 I,
PKG001 E*, PKG002 W*, PKG003 E, PKG006 E, PKG007 E*, PKG014 I,
XPL001 E, XPL002 W, XPL004 W, XPL006 E, XPL010 I°, XPL011 W°,
ONL001 E*, ONL006 E, ONL007 W, ONL008 W, ONL009 I`
  .split(',')
  .map((each) => {
    const [code = '', marks = ''] = each.trim().split(' ');
    return { code, severity: marks[0] ?? '', fixed: marks.includes('*'), catalogue: marks.includes('°') };
  });
const severities: Readonly<Record<string, string>> = { E: 'error', W: 'warning', I: 'information', H: 'hint' };

const root = new URL('../../fixtures/', import.meta.url);
const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.otaplan'))
  .map((name) => readFixture(readFileSync(new URL(name, root), 'utf8')))
  .flatMap(({ files, world, format, expected }) => ({
    files,
    world,
    format,
    codes: new Set(expected.map((e) => e.code)),
  }));

describe('every rule that the language promises', () => {
  const byCode = new Map(rules.map((rule) => [rule.code, rule]));

  it.each(promised)('$code is there, and a fixture demands it', ({ code, severity, catalogue }) => {
    const rule = byCode.get(code);
    expect(rule?.severity).toBe(severities[severity]);
    expect(rule?.needsCatalogue === true || !catalogue).toBe(true);
    expect(found.some(({ codes }) => codes.has(code))).toBe(true);
  });

  it('is told apart from every other', () => {
    expect(byCode.size).toBe(rules.length);
  });

  it.each(promised.filter(({ fixed }) => fixed))('$code offers a fix', ({ code }) => {
    const offers = found
      .filter(({ codes }) => codes.has(code))
      .flatMap(({ files, world, format }) => check({ files }, world, { format }).findings)
      .filter((finding) => finding.code === code && finding.fixes().length > 0);
    expect(offers.length).toBeGreaterThan(0);
  });

  it('that needs the catalogue stays silent where nothing is known, and says that it was not decided', () => {
    const rulesOfCatalogue = rules.filter(({ needsCatalogue }) => needsCatalogue).map(({ code }) => code);
    expect(rulesOfCatalogue).toEqual(
      expect.arrayContaining(promised.filter(({ catalogue }) => catalogue).map(({ code }) => code)),
    );
    for (const { files, world, format } of found) {
      const { catalogue: _, ...without } = world;
      const { findings } = check({ files }, without, { format });
      for (const code of ['ONL001', 'ONL006', 'ONL007', 'ONL008', 'ONL009', 'VER010', 'XPL010', 'XPL011']) {
        expect(findings.filter((finding) => finding.code === code)).toEqual([]);
      }
    }
  });
});
