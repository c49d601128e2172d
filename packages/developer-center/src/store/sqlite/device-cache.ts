import type { DeviceState } from '../../engine/index.ts';
import type { DeviceRecord } from '../registry.ts';
import type { LivePlan } from './live-plan.ts';

/** A row of a device in a plan, as it stands on disk. */
export interface KeptRun {
  readonly row: number;
  readonly plan: LivePlan;
  readonly wave: number;
  state: DeviceState;
  dueAt: number | null;
  lastLog: number;
}

export interface KeptDevice {
  device: DeviceRecord;
  readonly runs: readonly KeptRun[];
}

/**
 * Devices that were heard of lately, with their plans: a report then reads nothing. The exclusive lock makes memory and disk the
 * same; whoever writes past the cache forgets the device in it, and a ROLLBACK forgets all.
 */
export class DeviceCache {
  readonly #most: number;
  #devices = new Map<string, KeptDevice>();
  /** The generation before: what is asked for moves over, the rest goes with it. */
  #older = new Map<string, KeptDevice>();

  constructor(most: number) {
    this.#most = most;
  }

  get(productKey: string, deviceKey: string): KeptDevice | undefined {
    const key = `${productKey}/${deviceKey}`;
    const known = this.#devices.get(key);
    if (known) return known;
    const old = this.#older.get(key);
    if (old) this.#put(key, old);
    return old;
  }

  put(entry: KeptDevice): void {
    this.#put(`${entry.device.productKey}/${entry.device.deviceKey}`, entry);
  }

  forget(productKey: string, deviceKey: string): void {
    const key = `${productKey}/${deviceKey}`;
    this.#devices.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#devices.clear();
    this.#older.clear();
  }

  #put(key: string, entry: KeptDevice): void {
    if (this.#devices.size >= this.#most) {
      this.#older = this.#devices;
      this.#devices = new Map();
    }
    this.#devices.set(key, entry);
  }
}
