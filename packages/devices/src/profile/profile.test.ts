import { readdirSync, readFileSync } from 'node:fs';
import { hasValidImeiCheckDigit, isDeviceKey } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { Draws } from './draws.ts';
import { deviceKeys } from './keys.ts';
import { checkProfile, ProfileInvalid, parseProfile } from './profile.ts';
import { strikes, tempers } from './temper.ts';

const examples = new URL('../../../../examples/faults/', import.meta.url);

describe('a fault profile', () => {
  it.each(readdirSync(examples))('is what the example %s is', (name) => {
    expect(parseProfile(readFileSync(new URL(name, examples), 'utf8')).rules.length).toBeGreaterThan(0);
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['an unknown fault', '{"rules":[{"fault":{"kind":"explode"}}]}', /rules\.0\.fault\.kind/],
    ['a misspelt member', '{"rules":[{"devices":{"shares":1},"fault":{"kind":"late"}}]}', /shares/],
    ['a share above one', '{"rules":[{"devices":{"share":5},"fault":{"kind":"late"}}]}', /rules\.0\.devices\.share/],
    [
      'a pattern that is none',
      '{"rules":[{"devices":{"pattern":"("},"fault":{"kind":"late"}}]}',
      /Not a regular expression/,
    ],
    ['a range upside down', '{"timing":{"flash":[9,1]}}', /timing\.flash/],
  ])('says where %s is', (_, text, message) => {
    expect(() => parseProfile(text)).toThrow(ProfileInvalid);
    expect(() => parseProfile(text)).toThrow(message);
  });

  it('strikes the share it says, always the same devices, and others for another seed', () => {
    const profile = checkProfile({ rules: [{ devices: { share: 0.05 }, fault: { kind: 'reject' } }] });
    const struck = (seed: string) =>
      deviceKeys('keys', 10_000).filter((key) => tempers(profile)(key, new Draws(seed, key)).find('reject') !== null);
    const first = struck('a');
    expect(first.length).toBeGreaterThan(420);
    expect(first.length).toBeLessThan(580);
    expect(struck('a')).toEqual(first);
    expect(struck('b')).not.toEqual(first);
  });

  it('keeps the choice of a named rule when other rules come and go', () => {
    const rule = { name: 'mine', devices: { share: 0.5 }, fault: { kind: 'late' } } as const;
    const other = { fault: { kind: 'reject' } } as const;
    const keys = deviceKeys('keys', 200);
    const struck = (rules: (typeof rule | typeof other)[]) =>
      keys.filter((key) => tempers(checkProfile({ rules }))(key, new Draws('a', key)).find('late') !== null);
    expect(struck([other, rule])).toEqual(struck([rule]));
  });

  it('concerns one component or each, and lasts as often as it says', () => {
    const profile = checkProfile({ rules: [{ component: 'FOTA', fault: { kind: 'fail', at: 'flash', times: 2 } }] });
    const temper = tempers(profile)('key1', new Draws('a', 'key1'));
    expect(temper.find('fail', 'STM32')).toBeNull();
    const fault = temper.find('fail', 'FOTA');
    expect([1, 2, 3].map((attempt) => strikes(fault, attempt))).toEqual([true, true, false]);
  });
});

describe('device keys', () => {
  it('look like IMEIs with the right check digit, each once, and follow from the seed', () => {
    const keys = deviceKeys('seven', 10_000);
    expect(new Set(keys).size).toBe(10_000);
    expect(keys.every((key) => key.length === 15 && isDeviceKey(key) && hasValidImeiCheckDigit(key))).toBe(true);
    expect(deviceKeys('seven', 10_000)).toEqual(keys);
    expect(deviceKeys('eight', 10_000)).not.toEqual(keys);
  });

  it('come in a number that there are', () => {
    expect(deviceKeys('seven', 0)).toEqual([]);
    expect(() => deviceKeys('seven', 1_000_001)).toThrow(RangeError);
  });
});

describe('draws', () => {
  it('do not depend on their order', () => {
    const draws = new Draws('seed', 'key');
    const [a, b] = [draws.draw('a'), draws.draw('b')];
    const again = new Draws('seed', 'key');
    expect([again.draw('b'), again.draw('a')]).toEqual([b, a]);
  });
});
