import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Draws } from '../profile/draws.ts';
import { foreseenStatus } from '../profile/foreseen.ts';
import { parseProfile } from '../profile/parse.ts';
import { tempers } from '../profile/temper.ts';
import { openRealCenter } from '../testing/real-center.ts';
import { machineClock } from '../testing/run.ts';
import { simulate } from './simulate.ts';

const examples = new URL('../../../../examples/faults/', import.meta.url);
const seed = 'scenarios';
const devices = 100;
const components = [
  { type: 'module', identifier: 'FOTA', from: '1.0.0', to: '2.0.0' },
  { type: 'mcu', identifier: 'STM32', from: '1.0.0', to: '1.1.0' },
] as const;

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe('a scenario of examples/faults at the Developer Center of this repository', () => {
  it.each([
    ['bad-batch', ['upgradeFailed', 'upgraded']],
    ['flaky-network', ['upgraded']],
    ['offline-third', ['notUpgraded', 'upgraded']],
    ['slow-region', ['upgraded']],
    ['wrong-base', ['notUpgraded', 'upgraded']],
  ])('%s ends for every device as the seed says', { timeout: 60_000 }, async (name, ends) => {
    const profile = parseProfile(readFileSync(new URL(`${name}.json`, examples), 'utf8'));
    const center = await openRealCenter();
    open.push(() => center.close());
    const simulation = simulate({
      serverUrl: center.url,
      registrar: center.registrar,
      productKey: 'p1',
      devices,
      components: components.map(({ type, identifier, from }) => ({ type, identifier, version: from })),
      seed,
      speed: 6000,
      faults: profile,
      clock: machineClock,
      random: (count) => randomBytes(count),
      backoff: { first: 20, most: 200 },
      settle: 1000,
    });
    open.push(() => simulation.stop());
    await simulation.ready;
    const planId = await center.rollOut(components, 20_000);
    await simulation.idle;
    const plan = { components: components.map(({ identifier }) => identifier), retry: 0, namesSources: true };
    const temperOf = tempers(profile);
    const foreseen = simulation.deviceKeys.map(
      (key) => [key, foreseenStatus(temperOf(key, new Draws(seed, key)), plan)] as const,
    );
    expect([...new Set(foreseen.map(([, status]) => status))].sort()).toEqual(ends);
    expect(await center.statuses(planId)).toEqual(new Map(foreseen));
  });
});
