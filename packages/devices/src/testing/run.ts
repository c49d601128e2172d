import { randomBytes } from 'node:crypto';
import type { Clock } from '@otaplan/model';
import { type Simulation, type SimulationOptions, simulate } from '../simulator/simulate.ts';
import type { LittleCenter } from './little-center.ts';

/** The machine's clock: these tests are about real sockets, and `speed` makes a device's minute a hundredth of a second. */
export const machineClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Devices against a little center, fast, with what a test cares about on top. */
export function run(center: LittleCenter, more: Partial<SimulationOptions> = {}): Simulation {
  return simulate({
    serverUrl: center.url,
    registrar: center.registrar,
    productKey: 'p1',
    devices: 1,
    components: [{ type: 'module', identifier: 'FOTA', version: '1.0.0' }],
    seed: 'seven',
    speed: 6000,
    clock: machineClock,
    random: (count) => randomBytes(count),
    backoff: { first: 5, most: 50 },
    settle: 60,
    patience: 200,
    ...more,
  });
}
