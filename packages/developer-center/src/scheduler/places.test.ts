import { limits } from '@otaplan/model';
import { expect, test } from 'vitest';
import { minute, plan, World } from '../center/test-world.ts';

test('at most 10,000 devices are in progress; the others wait their turn, in order, and take it when a place is free', async () => {
  const more = 40;
  const count = limits.devicesInProgress + more;
  const keys = Array.from({ length: count }, (_, index) => `D${String(index).padStart(6, '0')}`);
  const world = await World.with(keys);
  try {
    for (let from = 0; from < count; from += 2000)
      await Promise.all(keys.slice(from, from + 2000).map((key) => world.device(key).says('1.0.0', '1.8.0')));
    const id = await world.activate(plan());
    const has = async (key: string | undefined) => (await world.device(key ?? '').message()).plan !== null;
    expect(await has(keys[limits.devicesInProgress - 1])).toBe(true);
    const waiting = keys.slice(limits.devicesInProgress);
    for (const key of waiting) expect(await has(key)).toBe(false);

    // One that asks is told why in its log, and gets nothing.
    await world.device(waiting[5] ?? '').asks('1.0.0', '1.8.0');
    expect(await has(waiting[5])).toBe(false);
    expect((await world.device(waiting[5] ?? '').log(id)).at(-1)).toContain('It waits for its turn');

    // Three places become free: they go to the first three that wait.
    for (const key of keys.slice(100, 103)) {
      await world.device(key).goes('FOTA', 'upgrading');
      await world.device(key).says('2.0.0', '1.8.0');
    }
    await world.pass(1 * minute);
    expect(await Promise.all(waiting.slice(0, 5).map(has))).toEqual([true, true, true, false, false]);
    expect(await has(waiting[5])).toBe(false);
    expect((await world.store.plans.findPlan(id))?.counts.inProgress).toBe(limits.devicesInProgress);
    expect(await world.problems()).toEqual([]);
  } finally {
    await world.end();
  }
}, 60_000);
