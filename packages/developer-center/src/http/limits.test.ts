import type { Plan } from '@otaplan/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planDocument } from '../testing/plans.ts';
import { type Running, run, sha256 } from '../testing/running.ts';

let dc: Running;
beforeAll(async () => {
  dc = await run();
  await dc.call('POST', '/ota/v1/products', {
    body: { products: [{ productKey: planDocument().product, name: 'P' }] },
  });
});
afterAll(() => dc.end());

const of = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe('a plan over HTTP', () => {
  const first = planDocument().components[0] as Plan['components'][number];
  const component = (more: Partial<Plan['components'][number]>) => [{ ...first, ...more }];
  const silent = { kind: 'silent', push: 'any', afterRejectionMinutes: 120 } as const;
  const manual = (texts: Record<string, string>) => ({ kind: 'manual', push: 'any', texts }) as const;
  const conditions = (more: object) => ({ batteryPercent: 30, signalDbm: -113, ...more });
  const push = (from: string, to: string) => ({ ...silent, push: { from, to } });
  const named = (name: string) => ({ name });
  let count = 0;

  /** Where it is refused; none: it is taken. */
  async function refusals(change: Partial<Plan>): Promise<string[]> {
    const document = planDocument({ name: `Plan ${count++}`, ...change });
    const { status, json } = await dc.call('POST', '/ota/v1/plans', { body: { document } });
    return status === 201 ? [] : json.errors.map(({ pointer }: { pointer: string }) => pointer);
  }

  test.each<[what: string, change: Partial<Plan>]>([
    ['a name of 100 characters', named('x'.repeat(100))],
    ['no retry', { retry: 0 }],
    ['5 retries', { retry: 5 }],
    ['the least signal and battery', { conditions: conditions({ batteryPercent: 0, signalDbm: -113 }) }],
    ['the most signal and battery', { conditions: conditions({ batteryPercent: 100, signalDbm: -1 }) }],
    ['20 components', { components: of(20, (i) => ({ ...first, identifier: `C${i}` })) }],
    ['an identifier of 32 bytes', { components: component({ identifier: 'x'.repeat(32) }) }],
    ['8 specified versions', { components: component({ sources: of(8, (i) => `1.0.${i}`) }) }],
    ['a target of 64 bytes', { components: component({ target: 'x'.repeat(64) }) }],
    ['a push period of an hour', { mode: push('02:00', '03:00') }],
    ['a push period over midnight', { mode: push('23:00', '05:00') }],
    ['10 minutes after a rejection', { mode: { ...silent, afterRejectionMinutes: 10 } }],
    ['1440 minutes after a rejection', { mode: { ...silent, afterRejectionMinutes: 1440 } }],
    ['a text of 200 characters', { mode: manual({ en: 'x'.repeat(200) }) }],
  ])('may have %s', async (_, change) => {
    expect(await refusals(change)).toEqual([]);
  });

  test.each<[what: string, change: Partial<Plan>, pointer: string]>([
    ['a name of 101 characters', named('x'.repeat(101)), '/document/name'],
    ['no name', named(''), '/document/name'],
    ['6 retries', { retry: 6 }, '/document/retry'],
    ['a signal of 0 dBm', { conditions: conditions({ signalDbm: 0 }) }, '/document/conditions/signalDbm'],
    ['a signal of -114 dBm', { conditions: conditions({ signalDbm: -114 }) }, '/document/conditions/signalDbm'],
    ['a battery of 101 %', { conditions: conditions({ batteryPercent: 101 }) }, '/document/conditions/batteryPercent'],
    ['no component', { components: [] }, '/document/components'],
    ['21 components', { components: of(21, (i) => ({ ...first, identifier: `C${i}` })) }, '/document/components'],
    ['an identifier twice', { components: [first, first] }, '/document/components/1/identifier'],
    [
      'an identifier of 33 bytes',
      { components: component({ identifier: 'x'.repeat(33) }) },
      '/document/components/0/identifier',
    ],
    [
      '9 specified versions',
      { components: component({ sources: of(9, (i) => `1.0.${i}`) }) },
      '/document/components/0/sources',
    ],
    ['a delta without its source', { components: component({ mode: 'delta' }) }, '/document/components/0/sources'],
    ['a target of 65 bytes', { components: component({ target: 'x'.repeat(65) }) }, '/document/components/0/target'],
    ['a push period from half past', { mode: push('02:30', '05:00') }, '/document/mode/push'],
    ['a push period of no length', { mode: push('02:00', '02:00') }, '/document/mode/push'],
    [
      '9 minutes after a rejection',
      { mode: { ...silent, afterRejectionMinutes: 9 } },
      '/document/mode/afterRejectionMinutes',
    ],
    [
      '1441 minutes after a rejection',
      { mode: { ...silent, afterRejectionMinutes: 1441 } },
      '/document/mode/afterRejectionMinutes',
    ],
    ['a manual mode without a text', { mode: manual({}) }, '/document/mode/texts'],
    ['a text of 201 characters', { mode: manual({ en: 'x'.repeat(201) }) }, '/document/mode/texts/en'],
    [
      'waves that end before 100 %',
      { waves: { steps: [{ percent: 50, waitMinutes: 0 }], halt: null } },
      '/document/waves/steps',
    ],
  ])('may not have %s', async (_, change, pointer) => {
    const pointers = await refusals(change);
    expect(pointers.some((at) => at === pointer || at.startsWith(`${pointer}/`))).toBe(true);
  });

  test('has a name of its own in the account, and keeps its product', async () => {
    const saved = await dc.call('POST', '/ota/v1/plans', { body: { document: planDocument({ name: 'Mine' }) } });
    const again = await dc.call('POST', '/ota/v1/plans', {
      body: { document: planDocument({ name: 'Mine', retry: 1 }) },
    });
    expect(again.json.type).toBe('urn:otaplan:problem:name-taken');
    await dc.call('POST', '/ota/v1/products', { body: { products: [{ productKey: 'p1OTHER', name: 'Other' }] } });
    const moved = await dc.call('PUT', `/ota/v1/plans/${saved.json.plan.id}`, {
      body: { document: planDocument({ name: 'Mine', product: 'p1OTHER' }) },
      headers: { 'If-Match': '*' },
    });
    expect(moved.status).toBeGreaterThanOrEqual(400);
  });
});

describe('a version package over HTTP', () => {
  const file = (name: string, size = 1) => ({ name, size, sha256: sha256(name) });
  const good = { name: 'Package', type: 'mcu', version: '1.0.0', sourceVersion: null, files: [file('a.bin')] };
  let count = 0;
  const declare = (change: object) =>
    dc.call('POST', '/ota/v1/packages', {
      body: { ...good, name: `Package ${count}`, version: `1.0.${count++}`, ...change },
    });

  test.each<readonly [what: string, change: object]>([
    ['a name of 100 characters', { name: 'x'.repeat(100) }],
    ['remarks of 200 characters', { remarks: 'x'.repeat(200) }],
    ['a version of 64 bytes', { version: 'x'.repeat(64) }],
    ['five files', { files: of(5, (i) => file(`${i}.bin`)) }],
    ['a file of 100 MB', { files: [file('large.bin', 100 * 1024 * 1024)] }],
    ...['bin', 'rar', 'pack', 'mini_1', 'mini_2', 'py', 'tar', 's19', 'bin_1', 'bin_2', 'zip', 'tar.gz'].map(
      (ending) => [`a file .${ending}`, { files: [file(`x.${ending}`)] }] as const,
    ),
  ])('may have %s', async (_, change) => {
    expect((await declare(change)).status).toBe(201);
  });

  test.each<readonly [what: string, change: object, pointer: string]>([
    ['a name of 101 characters', { name: 'x'.repeat(101) }, '/name'],
    ['remarks of 201 characters', { remarks: 'x'.repeat(201) }, '/remarks'],
    ['a version of 65 bytes', { version: 'x'.repeat(65) }, '/version'],
    ['a version with a blank', { version: '1 0' }, '/version'],
    ['no file', { files: [] }, '/files'],
    ['six files', { files: of(6, (i) => file(`${i}.bin`)) }, '/files'],
    ['a file of more than 100 MB', { files: [file('large.bin', 100 * 1024 * 1024 + 1)] }, '/files/0/size'],
    ['a file .exe', { files: [file('x.exe')] }, '/files/0/name'],
  ])('may not have %s', async (_, change, pointer) => {
    const { json } = await declare(change);
    expect(json.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });
});
