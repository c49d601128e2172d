import type { Change } from '../center/changes.ts';

type DeviceEntry = { readonly deviceKey: string; readonly status: string };

const mostPlans = 20_000;
const mostDevicesKept = 5000;
/** Devices named in one event (`DevicesEvent`). */
const mostDevicesTold = 500;

interface PlanNotes {
  last: number;
  /** Device key to its status and the number of the change; in order of change. */
  readonly devices: Map<string, DeviceEntry & { readonly number: number }>;
  /** Changes up to this one are no longer known device by device. */
  forgotten: number;
  /** Of a plan that was deleted: the account that it belonged to. */
  deletedFrom: string | null;
}

/**
 * What changed since when, by a number that grows with every change. Keeps per plan the last change and the devices of late,
 * so that its size follows the number of plans, not of changes.
 */
export class Journal {
  /** In order of their last change. */
  readonly #plans = new Map<string, PlanNotes>();
  #last = 0;
  #oldest = 0;

  /** Number of the last change. */
  get last(): number {
    return this.#last;
  }

  /** From before this number nothing can be told with certainty. */
  get oldest(): number {
    return this.#oldest;
  }

  note(change: Exclude<Change, { kind: 'messages' }>): void {
    const notes = this.#touch(change.planId);
    if (change.kind === 'planDeleted') notes.deletedFrom = change.account;
    if (change.kind !== 'devices') return;
    for (const { deviceKey, status } of change.devices) {
      notes.devices.delete(deviceKey);
      notes.devices.set(deviceKey, { deviceKey, status, number: this.#last });
    }
    if (change.more) notes.forgotten = this.#last;
    for (const [deviceKey, entry] of notes.devices) {
      if (notes.devices.size <= mostDevicesKept) break;
      notes.devices.delete(deviceKey);
      notes.forgotten = Math.max(notes.forgotten, entry.number);
    }
  }

  /** Counts a plan as changed, so that its state is sent. */
  touch(planId: string): void {
    this.#touch(planId);
  }

  #touch(planId: string): PlanNotes {
    this.#last++;
    const notes = this.#plans.get(planId) ?? { last: 0, devices: new Map(), forgotten: 0, deletedFrom: null };
    notes.last = this.#last;
    this.#plans.delete(planId);
    this.#plans.set(planId, notes);
    if (this.#plans.size > mostPlans) {
      const [first] = this.#plans;
      if (first) {
        this.#plans.delete(first[0]);
        this.#oldest = first[1].last;
      }
    }
    return notes;
  }

  /** The account that a deleted plan belonged to; `null`: it was not deleted, or longer ago than is known. */
  deletedFrom(planId: string): string | null {
    return this.#plans.get(planId)?.deletedFrom ?? null;
  }

  /** Plans that changed after a number; of all, or of the one given. */
  plansSince(number: number, planId: string | null): string[] {
    if (planId !== null) return (this.#plans.get(planId)?.last ?? 0) > number ? [planId] : [];
    const changed: string[] = [];
    for (const [id, notes] of this.#plans) if (notes.last > number) changed.push(id);
    return changed;
  }

  /** Devices of a plan that changed after a number; `null`: none. */
  devicesSince(planId: string, number: number): { devices: DeviceEntry[]; more: boolean } | null {
    const notes = this.#plans.get(planId);
    if (!notes) return null;
    const changed = [...notes.devices.values()].filter((entry) => entry.number > number);
    const more = notes.forgotten > number || changed.length > mostDevicesTold;
    if (changed.length === 0 && !more) return null;
    const told = changed.slice(-mostDevicesTold).map(({ deviceKey, status }) => ({ deviceKey, status }));
    return { devices: told, more };
  }
}
