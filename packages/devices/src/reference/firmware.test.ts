import { createHash, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpConnection } from '../protocol/connection.ts';
import { Outbox } from '../protocol/outbox.ts';
import { openRealCenter } from '../testing/real-center.ts';
import { machineClock } from '../testing/run.ts';
import { type Device, type Hardware, type PlanComponent, runFirmware } from './firmware.ts';

const deviceKey = 'DEVICE01';
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A device whose flash is a Map. What an image installs is told by the plan, as a real image would bring its version. */
class TestHardware implements Hardware {
  readonly running = new Map([
    ['FOTA', '1.0.0'],
    ['STM32', '1.0.0'],
  ]);
  readonly stored = new Map<string, number>();
  readonly installed: string[] = [];
  refusal: string | null = null;
  failure: string | null = null;
  #next: PlanComponent | null = null;
  #why: string | null = null;

  versions() {
    return [...this.running].map(([identifier, version]) => ({
      type: identifier === 'FOTA' ? ('module' as const) : ('mcu' as const),
      identifier,
      version,
    }));
  }
  battery = () => 80;
  signal = () => -70;
  refuses = () => this.refusal;
  store(file: string, offset: number, bytes: Uint8Array) {
    this.stored.set(file, offset + bytes.length);
  }
  install(component: PlanComponent) {
    this.installed.push(component.identifier);
    this.#next = component;
  }
  whyTheOldOne = () => this.#why;

  restart() {
    this.#why = this.failure;
    if (this.#next !== null && this.failure === null) this.running.set(this.#next.identifier, this.#next.targetVersion);
    this.#next = null;
  }
}

async function online() {
  const center = await openRealCenter();
  open.push(() => center.close());
  const secret = randomBytes(16).toString('hex');
  await center.registrar.registerProducts([{ productKey: 'p1', name: 'p1' }]);
  const secretSha256 = createHash('sha256').update(secret).digest('hex');
  await center.registrar.registerDevices('p1', [{ deviceKey, secretSha256 }]);
  const pool = new Pool(center.url);
  const ending = new AbortController();
  const hardware = new TestHardware();
  const identity = { productKey: 'p1', deviceKey, secret };
  const device: Device = {
    hardware,
    memory: { outbox: new Outbox(randomBytes(4).toString('hex')), work: null },
    line: new HttpConnection(center.url, identity, { exchange: pool, poll: pool }, () => machineClock.now()),
    files: pool,
    clock: machineClock,
    random: Math.random,
    signal: ending.signal,
  };
  const running = (async () => {
    while (!ending.signal.aborted) {
      await runFirmware(device);
      hardware.restart();
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  open.push(async () => {
    ending.abort();
    await pool.destroy();
    await running;
  });
  return { center, hardware };
}

const targets = [
  { type: 'module', identifier: 'FOTA', to: '2.0.0' },
  { type: 'mcu', identifier: 'STM32', to: '1.1.0' },
] as const;

describe('the reference firmware at the Developer Center of this repository', () => {
  it('carries out a plan, component after component, over two restarts', async () => {
    const { center, hardware } = await online();
    const planId = await center.rollOut(targets, 600_000);
    await expect.poll(() => center.statuses(planId), { timeout: 15_000 }).toEqual(new Map([[deviceKey, 'upgraded']]));
    expect(hardware.installed).toEqual(['FOTA', 'STM32']);
    expect([...hardware.stored.values()]).toEqual([600_000]);
    expect(Object.fromEntries(hardware.running)).toEqual({ FOTA: '2.0.0', STM32: '1.1.0' });
  });

  it('reports an image that does not come up, with its cause, and leaves the next component alone', async () => {
    const { center, hardware } = await online();
    hardware.failure = 'The watchdog barked';
    const planId = await center.rollOut(targets, 5000);
    await expect
      .poll(() => center.statuses(planId), { timeout: 15_000 })
      .toEqual(new Map([[deviceKey, 'upgradeFailed']]));
    expect(hardware.installed).toEqual(['FOTA']);
    expect(await center.causes(planId)).toEqual(['The watchdog barked']);
  });

  it('rejects, and downloads nothing', async () => {
    const { center, hardware } = await online();
    hardware.refusal = 'Somebody is driving';
    const planId = await center.rollOut(targets, 5000);
    await expect
      .poll(() => center.causes(planId), { timeout: 15_000 })
      .toEqual([expect.stringContaining('Upgrade rejected by the device (Somebody is driving)')]);
    expect(hardware.stored.size).toBe(0);
  });
});
