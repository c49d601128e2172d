import type { DeviceRecord } from '../registry.ts';
import type { KeptRun as AnyKeptRun } from '../rows/run.ts';
import type { LivePlan } from './live-plan.ts';

/** A row of a device in a plan, as it stands on disk. */
export interface KeptRun extends AnyKeptRun<LivePlan> {
  /** Its newest log line, from which the others are found; 0: there is none. */
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
  #devices = new Map<string, Map<string, KeptDevice>>();
  /** The generation before: what is asked for moves over, the rest goes with it. */
  #older = new Map<string, Map<string, KeptDevice>>();
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(productKey: string, deviceKey: string): KeptDevice | undefined {
    const known = this.#devices.get(productKey)?.get(deviceKey);
    if (known) return known;
    const old = this.#older.get(productKey)?.get(deviceKey);
    if (old) this.put(old);
    return old;
  }

  put(entry: KeptDevice): void {
    if (this.#count >= this.#most) {
      this.#older = this.#devices;
      this.#devices = new Map();
      this.#count = 0;
    }
    const { productKey, deviceKey } = entry.device;
    let ofProduct = this.#devices.get(productKey);
    if (!ofProduct) {
      ofProduct = new Map();
      this.#devices.set(productKey, ofProduct);
    }
    ofProduct.set(deviceKey, entry);
    this.#count++;
  }

  forget(productKey: string, deviceKey: string): void {
    if (this.#devices.get(productKey)?.delete(deviceKey)) this.#count--;
    this.#older.get(productKey)?.delete(deviceKey);
  }

  clear(): void {
    this.#devices.clear();
    this.#older.clear();
    this.#count = 0;
  }
}
