import { readdirSync, readFileSync } from 'node:fs';
import { hasValidImeiCheckDigit, isDeviceKey } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { Draws } from './draws.ts';
import { type JsonSchema, profileJsonSchema } from './json-schema.ts';
import { deviceKeys } from './keys.ts';
import { checkProfile, ProfileInvalid, parseProfile } from './parse.ts';
import { strikes, tempers } from './temper.ts';

const examples = new URL('../../../../examples/faults/', import.meta.url);
const schemaName = 'fault-profile.schema.json';
const profiles = readdirSync(examples).filter((name) => name !== schemaName);

function problemOf(text: string): string {
  try {
    parseProfile(text);
  } catch (error) {
    if (error instanceof ProfileInvalid) return error.problems.join('\n');
    throw error;
  }
  return 'valid';
}

describe('a fault profile', () => {
  it.each(profiles)('is what the example %s is', (name) => {
    const text = readFileSync(new URL(name, examples), 'utf8');
    expect(parseProfile(text).rules.length).toBeGreaterThan(0);
    expect(JSON.parse(text)).toMatchObject({ $schema: `./${schemaName}`, description: expect.any(String) });
  });

  it.each([
    ['no JSON', '{\n  "rules": [,]\n}', 'line 2, column 13: it is not JSON (value expected).'],
    ['nothing at all', '', 'line 1, column 1: it is not JSON (value expected).'],
    ['a comment', '{} // mine', 'line 1, column 4: it is not JSON (invalid comment token).'],
    [
      'an unknown fault',
      '{"rules":[\n{"fault":{"kind":"explode"}}]}',
      /^line 2, column 11: rules\.0\.fault\.kind: "explode" is not a kind of fault\. Known: fail, reject, .*, weak\.$/,
    ],
    [
      'a fault without a kind',
      '{"rules":[{"fault":{}}]}',
      /^line 1, column 12: rules\.0\.fault\.kind: The kind is missing\. Known: fail, /,
    ],
    [
      'a misspelt member',
      '{"rules":[\n{"devices":{"shares":1},"fault":{"kind":"late"}}]}',
      'line 2, column 13: rules.0.devices: “shares” is not known here. Known: share, from, to, pattern, keys.',
    ],
    [
      'a member of another fault',
      '{"rules":[{"fault":{"kind":"corrupt","at":"flash"}}]}',
      'line 1, column 38: rules.0.fault: “at” is not known here. Known: kind, times.',
    ],
    [
      'a misspelt member at the top',
      '{"rule":[]}',
      /^line 1, column 2: “rule” is not known here\. Known: \$schema, description, timing, .*, rules\.$/,
    ],
    [
      'a share above one',
      '{"rules":[{"devices":{"share":5},"fault":{"kind":"late"}}]}',
      'line 1, column 23: rules.0.devices.share: Too big: expected number to be <=1 (here: 5).',
    ],
    [
      'a text for a number',
      '{"timing":{"bytesPerSecond":"fast"}}',
      'line 1, column 12: timing.bytesPerSecond: Invalid input: expected number, received string (here: "fast").',
    ],
    [
      'a pattern that is none',
      '{"rules":[{"devices":{"pattern":"("},"fault":{"kind":"late"}}]}',
      'line 1, column 23: rules.0.devices.pattern: Not a regular expression (here: "(").',
    ],
    [
      'a range upside down',
      '{"timing":{"flash":[9,1]}}',
      'line 1, column 12: timing.flash: The first is the least, the second the most (here: [9,1]).',
    ],
  ])('says where %s is, what is wrong and what is right', (_, text, said) => {
    const problem = problemOf(text);
    if (typeof said === 'string') expect(problem).toBe(said);
    else expect(problem).toMatch(said);
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

describe('the JSON Schema of fault profiles', () => {
  const schema = profileJsonSchema();

  it('lies beside the examples as it is; “vitest --update=all” renews it', async () => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../../../examples/faults/${schemaName}`);
  });

  it('describes every member, and the guide names each', () => {
    const guide = readFileSync(new URL('../../../../docs/simulator.md', import.meta.url), 'utf8');
    const members: [path: string, member: JsonSchema][] = [];
    const collect = (at: string, { properties = {}, items, oneOf = [] }: JsonSchema) => {
      for (const [name, member] of Object.entries(properties)) {
        members.push([`${at}.${name}`, member]);
        collect(`${at}.${name}`, member);
      }
      for (const inner of [...(items ? [items] : []), ...oneOf]) collect(at, inner);
    };
    collect('', schema);
    expect(members.length).toBeGreaterThan(50);
    for (const [path, { description }] of members) {
      expect(description, path).toMatch(/.+\.$/);
      const name = path.split('.').at(-1);
      expect(guide.includes(`\`${name}\``) || guide.includes(`"${name}"`), path).toBe(true);
    }
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
