import type { Clock, RandomBytes } from '../clock.ts';
import type { DeviceView } from '../engine/index.ts';
import type { PlanRecord, Run, Touched } from '../store/plans.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import type { FileUrl } from './center.ts';
import type { Changes } from './changes.ts';
import { ProblemError } from './problem-error.ts';

/** What the parts of the application are built from. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly fileUrl: FileUrl;
  readonly changes: Changes;
  /** Version of the zone data in use. */
  readonly zoneData: string;
}

/** From 0 to below 1. */
export function randomOf(bytes: RandomBytes): () => number {
  return () => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes(4);
    return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
  };
}

/** An id that nobody can guess: 32 hexadecimal digits. */
export function newId(bytes: RandomBytes): string {
  return Array.from(bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What the rules may know of a run's device. */
export function viewOf(run: Pick<Run, 'device'>, now: number): DeviceView {
  const { versions, onlineUntil, autoUpgrade } = run.device;
  return { versions, online: onlineUntil > now, autoUpgrade };
}

/** @throws ProblemError not-found */
export async function planOf(store: Store, planId: string): Promise<PlanRecord> {
  const plan = await store.plans.findPlan(planId);
  if (!plan) throw new ProblemError('not-found', 'There is no such plan.');
  return plan;
}

const devicesPerChange = 500;

/** Tells what a transaction touched: plans, devices whose status changed, devices whose message did. */
export function tellTouched(changes: Changes, touched: readonly Touched[]): void {
  const [only] = touched;
  if (only === undefined) return;
  if (touched.length === 1) {
    // The usual case, many thousand times a second.
    const { planId, productKey, deviceKey, status } = only;
    if (only.statusChanged) changes.tell({ kind: 'devices', planId, devices: [{ deviceKey, status }], more: false });
    changes.tell({ kind: 'plan', planId });
    if (only.messageChanged) changes.tell({ kind: 'messages', productKey, deviceKeys: [deviceKey] });
    return;
  }
  const plans = Map.groupBy(touched, (device) => device.planId);
  for (const [planId, ofPlan] of plans) {
    const changed = ofPlan.filter((device) => device.statusChanged);
    if (changed.length > 0) {
      const devices = changed.slice(0, devicesPerChange).map(({ deviceKey, status }) => ({ deviceKey, status }));
      changes.tell({ kind: 'devices', planId, devices, more: changed.length > devicesPerChange });
    }
    changes.tell({ kind: 'plan', planId });
  }
  const products = Map.groupBy(
    touched.filter((device) => device.messageChanged),
    (device) => device.productKey,
  );
  for (const [productKey, devices] of products) {
    changes.tell({ kind: 'messages', productKey, deviceKeys: devices.map((device) => device.deviceKey) });
  }
}

/** A store's failure as the caller is told it. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.failure === 'full') throw new ProblemError('storage-full', error.message);
    if (error.failure === 'closed' || error.failure === 'locked' || error.failure === 'readOnly') {
      throw new ProblemError('unavailable', error.message);
    }
    throw error;
  }
}

/** One after another: each work begins when the one before is over, however that ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
