import { afterEach, describe, expect, it } from 'vitest';
import { type Goal, LittleCenter } from '../testing/little-center.ts';
import { machineClock, run } from '../testing/run.ts';
import { statusesIn } from '../testing/stories.ts';
import type { Simulation, SimulationOptions } from './simulate.ts';

const fota: Goal = { identifier: 'FOTA', type: 'module', from: '1.0.0', to: '2.0.0' };
const mcu: Goal = { identifier: 'STM32', type: 'mcu', from: '1.0.0', to: '1.1.0' };
const installed = [fota, mcu].map(({ type, identifier, from }) => ({ type, identifier, version: from }));

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});
async function center(goals: readonly Goal[] = [fota], payload?: Buffer): Promise<LittleCenter> {
  const made = await new LittleCenter(goals, payload).open();
  open.push({ stop: () => made.kill() });
  return made;
}
function started(simulation: Simulation): Simulation {
  open.unshift(simulation);
  return simulation;
}
describe('a simulated device', () => {
  it('goes through every step, component after component, and reports the new versions', async () => {
    const server = await center([fota, mcu]);
    const simulation = started(run(server, { components: installed }));
    expect(await simulation.ready).toBe(1);
    const summary = await simulation.idle;
    const [key = ''] = simulation.deviceKeys;
    expect(statusesIn(server.device(key).story)).toEqual([
      'versions',
      'request',
      'FOTA planReceived',
      'FOTA upgradeConfirmed',
      'FOTA readyToDownload',
      'FOTA downloading 0',
      'FOTA downloadSucceeded 100',
      'FOTA upgrading',
      'versions',
      'request',
      'STM32 planReceived',
      'STM32 upgradeConfirmed',
      'STM32 readyToDownload',
      'STM32 downloading 0',
      'STM32 downloadSucceeded 100',
      'STM32 upgrading',
      'versions',
      'request',
    ]);
    expect(server.statuses(key)).toEqual(['upgradeSucceeded', 'upgradeSucceeded']);
    expect(summary).toMatchObject({ ended: 'idle', online: 1, versions: { 'FOTA=2.0.0': 1, 'STM32=1.1.0': 1 } });
    expect(summary.activities.settled).toBe(1);
  });

  it('tells how far a longer download is', async () => {
    const server = await center([fota], Buffer.alloc(1024 * 1024, 7));
    const simulation = started(run(server));
    await simulation.idle;
    const [key = ''] = simulation.deviceKeys;
    expect(statusesIn(server.device(key).story).filter((line) => line.includes('downloading'))).toEqual([
      'FOTA downloading 0',
      'FOTA downloading 25',
      'FOTA downloading 50',
      'FOTA downloading 75',
    ]);
  });

  it('waits until its battery is charged', async () => {
    const server = await center();
    server.limits.battery = 50;
    const faults = { rules: [{ fault: { kind: 'weak', battery: 48, improves: true } as const }] };
    const simulation = started(run(server, { faults, speed: 60_000 }));
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('never confirms when its signal stays too weak', async () => {
    const server = await center();
    server.limits.signal = -80;
    const faults = { rules: [{ fault: { kind: 'weak', signal: -110, improves: false } as const }] };
    const summary = await started(run(server, { faults })).idle;
    expect(summary.activities.held).toBe(1);
    expect(summary.versions).toEqual({ 'FOTA=1.0.0': 1 });
  });

  it('carries out a manual plan once it gets it, which is when the end user confirmed', async () => {
    const server = await center();
    server.mode = 'manual';
    const simulation = started(run(server));
    await simulation.idle;
    expect(server.statuses(simulation.deviceKeys[0] ?? '')).toEqual(['upgradeSucceeded']);
  });
});

describe('a simulation', () => {
  it('is the same for the same seed, device by device, and another for another', { timeout: 60_000 }, async () => {
    const faults = {
      rules: [
        { devices: { share: 0.4 }, fault: { kind: 'fail', at: 'flash', times: 1 } as const },
        { devices: { share: 0.4 }, fault: { kind: 'reject', times: 1 } as const },
        { devices: { share: 0.3 }, fault: { kind: 'loseReplies', share: 0.3 } as const },
      ],
    };
    const keys = Array.from({ length: 40 }, (_, i) => `device${i}`);
    const stories = async (seed: string, more: Partial<SimulationOptions> = {}) => {
      const server = await center([fota, mcu]);
      await started(run(server, { components: installed, devices: keys, seed, faults, speed: 60_000, ...more })).idle;
      return keys.map((key) => statusesIn(server.device(key).story));
    };
    const first = await stories('a');
    expect(await stories('a')).toEqual(first);
    // Who comes first, how many download at a time and how fast it goes decide nothing.
    const another = { devices: keys.toReversed(), downloads: 1, speed: 20_000 };
    expect(await stories('a', another)).toEqual(first);
    expect(await stories('b')).not.toEqual(first);
    expect(new Set(first.map((story) => story.join())).size).toBeGreaterThan(2);
  });

  it('brings a thousand devices through a plan', { timeout: 60_000 }, async () => {
    const server = await center();
    const simulation = started(run(server, { devices: 1000, speed: 6000 }));
    expect(await simulation.ready).toBe(1000);
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1000 });
    expect(summary.traffic).toMatchObject({ downloads: 1000, bytes: 1000 * server.payload.length, flashed: 1000 });
  });

  it('holds only so many reads: of a larger fleet the devices without a plan come back by themselves', async () => {
    const server = await center();
    server.issues = false;
    let [held, most] = [0, 0];
    server.interfere = (request, reply) => {
      if (request.headers['prefer'] === undefined) return false;
      most = Math.max(most, ++held);
      reply.on('close', () => held--);
      return false;
    };
    const simulation = started(run(server, { devices: 12, longPolls: 4, settle: 1500 }));
    await simulation.ready;
    server.issues = true;
    expect((await simulation.idle).versions).toEqual({ 'FOTA=2.0.0': 12 });
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('sends gathered reports together, and the same as step by step', async () => {
    const server = await center();
    const posts = () => server.paths.filter((path) => path.startsWith('POST')).length;
    const simulation = started(run(server, { faults: { reports: 'gathered' } }));
    await simulation.idle;
    expect(statusesIn(server.device(simulation.deviceKeys[0] ?? '').story)).toEqual([
      'versions',
      'request',
      'FOTA planReceived',
      'FOTA upgradeConfirmed',
      'FOTA readyToDownload',
      'FOTA downloading 0',
      'FOTA downloadSucceeded 100',
      'FOTA upgrading',
      'versions',
      'request',
    ]);
    expect(posts()).toBe(3);
  });

  it.each([
    ['', 0],
    [', also where answers are late for another reason', 600],
  ])('rests as long as the profile says between reads that are not held%s', async (_, late) => {
    const server = await center();
    server.issues = false;
    let lateness = 0;
    server.interfere = ({ method }) => {
      if (method === 'GET') lateness += late;
      return false;
    };
    const clock = { ...machineClock, now: () => machineClock.now() + lateness };
    const faults = { restSeconds: 600 };
    const simulation = started(run(server, { clock, longPolls: 0, faults, settle: 500, patience: 500 }));
    await simulation.idle;
    const reads = server.paths.filter((path) => path.startsWith('GET')).length;
    expect(reads).toBeGreaterThan(3);
    expect(reads).toBeLessThan(12);
  });

  it('stays online for a plan that comes later', async () => {
    const server = await center();
    server.issues = false;
    const simulation = started(run(server, { patience: 10_000 }));
    await simulation.ready;
    server.issues = true;
    server.changeAll();
    expect((await simulation.idle).versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('ends when it is told to', async () => {
    const server = await center();
    server.issues = false;
    const ending = new AbortController();
    const simulation = started(run(server, { signal: ending.signal, patience: 60_000 }));
    await simulation.ready;
    ending.abort();
    expect((await simulation.idle).ended).toBe('stopped');
  });

  it('says so when the devices cannot be registered', async () => {
    const server = await center();
    const registrar = { ...server.registrar, registerProducts: () => Promise.reject(new Error('not permitted')) };
    const simulation = started(run(server, { registrar }));
    await expect(simulation.ready).rejects.toThrow('not permitted');
    await expect(simulation.idle).rejects.toThrow('not permitted');
  });
});
