import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProfileInput } from '../profile/profile.ts';
import { openRealCenter, type RealCenter } from '../testing/real-center.ts';
import { machineClock } from '../testing/run.ts';
import { type Simulation, simulate } from './simulate.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function online(
  transport: 'HTTP' | 'MQTT',
  devices: number,
  faults: ProfileInput,
): Promise<{ center: RealCenter; simulation: Simulation }> {
  const center = await openRealCenter();
  open.push(() => center.close());
  const simulation = simulate({
    serverUrl: center.url,
    ...(transport === 'MQTT' ? { mqttUrl: center.mqttUrl } : {}),
    registrar: center.registrar,
    productKey: 'p1',
    devices,
    components: [
      { type: 'module', identifier: 'FOTA', version: '1.0.0' },
      { type: 'mcu', identifier: 'STM32', version: '1.0.0' },
    ],
    seed: 'seven',
    speed: 6000,
    faults,
    clock: machineClock,
    random: (count) => randomBytes(count),
    backoff: { first: 20, most: 200 },
    settle: 1000,
  });
  open.push(() => simulation.stop());
  await simulation.ready;
  return { center, simulation };
}
const targets = [
  { type: 'module', identifier: 'FOTA', to: '2.0.0' },
  { type: 'mcu', identifier: 'STM32', to: '1.1.0' },
] as const;

describe.each(['HTTP', 'MQTT'] as const)('devices and the Developer Center of this repository over %s', (transport) => {
  it('get a plan with two components to its end', { timeout: 120_000 }, async () => {
    const { center, simulation } = await online(transport, 10, {});
    const planId = await center.rollOut(targets, 300_000);
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 10, 'STM32=1.1.0': 10 });
    expect(await center.counts(planId)).toMatchObject({ upgraded: 10, upgradeFailed: 0, total: 10 });
  });

  it('agree on how every device of a broken fleet ended', { timeout: 120_000 }, async () => {
    const fault = (pattern: string, what: NonNullable<ProfileInput['rules']>[number]['fault']) => ({
      devices: { pattern },
      fault: what,
    });
    // The digit before the check digit tells what is wrong with a device; ten devices have one of each.
    const rules = [
      fault('0.$', { kind: 'fail', at: 'flash' }),
      fault('1.$', { kind: 'fail', at: 'download' }),
      fault('2.$', { kind: 'wrongVersion' }),
      fault('3.$', { kind: 'corrupt' }),
      fault('4.$', { kind: 'outOfOrder' }),
      fault('5.$', { kind: 'duplicate', copies: 50 }),
      fault('6.$', { kind: 'poison' }),
      fault('7.$', { kind: 'loseReplies', share: 0.3 }),
      fault('8.$', { kind: 'loseNetwork' }),
      fault('9.$', { kind: 'silent' }),
    ];
    const { center, simulation } = await online(transport, 20, { rules });
    const planId = await center.rollOut(targets, 50_000);
    await simulation.idle;
    expect(await center.counts(planId)).toMatchObject({ upgraded: 10, upgradeFailed: 8, upgrading: 2, total: 20 });
  });
});
