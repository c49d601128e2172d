import type { ComponentStatus, DeviceCounts, DeviceStatus, Plan } from '@otaplan/model';
import type { DeviceState, LogCause, PlanMachine, PlanState, PushPlace, Step, Tally } from '../engine/index.ts';
import type { Page } from './packages.ts';
import type { DeviceFacts, DeviceRecord, ReportedVersion } from './registry.ts';

/** Plans and their devices. Instants are milliseconds. */

/** What a plan's own rows count to; kept in the transactions that change them. */
export interface PlanCounts extends Tally {
  readonly devices: DeviceCounts;
  /** By place of the component in the plan. */
  readonly components: readonly Readonly<Partial<Record<ComponentStatus, number>>>[];
  /** Devices by wave. */
  readonly waves: readonly number[];
}

/** A plan without its lists of devices: those may be long, and {@link PlanStore.planDocument} has them. */
export interface PlanRecord extends PlanMachine {
  readonly id: string;
  /** Id of the account that it belongs to. */
  readonly account: string;
  /** Empty lists in `targets`. */
  readonly document: Plan;
  readonly revision: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly counts: PlanCounts;
}

/** A plan without what its devices count to. */
export type PlanSheet = Omit<PlanRecord, 'counts'>;

/** A device of a plan as it is read, outside a transaction. */
export interface DevicePlan extends Pick<Run, 'wave' | 'row' | 'state'> {
  readonly plan: PlanSheet;
}

/** What becomes of a plan, and what the audit trail says of it (nothing, when `action` is missing). */
export interface PlanChange {
  readonly status?: PlanMachine['status'];
  readonly state?: PlanState;
  /** The whole document, of an inactivated plan or with other texts. */
  readonly document?: Plan;
  readonly action?: string;
  readonly detail?: string;
  /** A change that a reader cannot see, such as the next push tick: the revision stays. */
  readonly quiet?: boolean;
}

/** A device of a plan inside a transaction, as a store hands it to the rules. */
export interface Run {
  readonly plan: PlanRecord;
  readonly device: DeviceRecord;
  readonly wave: number;
  readonly row: number;
  readonly state: DeviceState;
  /** Keeps what a step made of it: state, log, counts, and what follows for the plan. */
  keep(step: Step): void;
  /** The name of another plan that the device's message has, `null` when there is none. */
  otherPlan(): string | null;
}

/** A device and all its plans, oldest activation first, inside a transaction. */
export interface DeviceSession {
  readonly device: DeviceRecord;
  readonly runs: readonly Run[];
  /** Keeps what the device reported of itself, and the id of its report so that a repeat is known. */
  report(versions: readonly ReportedVersion[], facts: DeviceFacts, reportId: string): void;
  seen(onlineUntil: number): void;
}

/** A device that a transaction touched. */
export interface Touched {
  readonly planId: string;
  readonly productKey: string;
  readonly deviceKey: string;
  readonly status: DeviceStatus;
  readonly statusChanged: boolean;
  readonly messageChanged: boolean;
}

/** Which devices of a plan a pass goes over. */
export type Selection =
  /** Waiting, in an opened wave, in order; online ones alone. */
  | { readonly kind: 'push'; readonly after: PushPlace; readonly waves: number; readonly onlineAt: number }
  /** Issued or held, or waiting although they had received the plan. */
  | { readonly kind: 'begun'; readonly afterRow: number }
  | { readonly kind: 'failed'; readonly afterRow: number }
  | { readonly kind: 'keys'; readonly deviceKeys: readonly string[] };

export interface Pass {
  readonly touched: Touched[];
  /** The last row that was looked at; `null` when the selection is at its end. */
  readonly last: PushPlace | null;
}

export interface PlanDeviceRow {
  readonly deviceKey: string;
  readonly onlineUntil: number;
  readonly wave: number;
  readonly status: DeviceStatus;
  readonly state: DeviceState;
}

/** Which devices of a plan are listed. */
export interface DeviceFilter {
  readonly status?: string | undefined;
  /** A part of the key, in any case. */
  readonly search?: string | undefined;
  /** Failed devices of this cause, as the counters of failures have it. */
  readonly cause?: string | undefined;
}

export interface LogRecord {
  readonly id: number;
  readonly time: number;
  /** Place of the component in the plan. */
  readonly component: number;
  readonly attempt: number;
  readonly cause: LogCause;
  readonly text: string;
  readonly reported: string | null;
}

export interface TimelinePoint {
  readonly time: number;
  readonly upgraded: number;
  readonly failed: number;
}

export interface TargetDevice {
  readonly id: number;
  readonly deviceKey: string;
  readonly onlineUntil: number;
  /** What it runs, as a text that is the same for devices that run the same; `readVersions` tells what it says. */
  readonly versions: string;
}

export interface PlanStore {
  /** `nameTaken`: by another plan of the account. */
  createPlan(account: string, id: string, document: Plan, who: string, now: number): Promise<PlanRecord | 'nameTaken'>;
  findPlan(id: string): Promise<PlanRecord | null>;
  findPlanByName(account: string, name: string): Promise<PlanRecord | null>;
  /** The document as it was saved, with its lists. @throws StoreError corrupt, when it is not what its digest says */
  planDocument(id: string): Promise<Plan | null>;
  /** Newest first. */
  listPlans(
    account: string,
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>>;
  /** To be Upgraded, Upgrading or Suspended, or with devices still to be stopped; oldest activation first. */
  activatedPlans(productKey?: string): Promise<PlanRecord[]>;
  /**
   * Changes a plan in one transaction, with the revision counted up unless it is quiet.
   * @param change may throw, and then nothing is changed; `null`: nothing to change
   */
  changePlan(
    id: string,
    change: (plan: PlanRecord) => PlanChange | null,
    who: string,
    now: number,
  ): Promise<PlanRecord | 'unknown' | 'nameTaken'>;
  /** @param check may throw, and then nothing is deleted */
  deletePlan(id: string, check: (plan: PlanRecord) => void, who: string, now: number): Promise<boolean>;

  /** Devices of a product, one by key or many in order of key, that were registered no later than the newest id. */
  targetDevices(
    productKey: string,
    which: { readonly key: string } | { readonly after: string },
    newestId: number,
    limit: number,
  ): Promise<TargetDevice[]>;
  newestDeviceId(): Promise<number>;
  readVersions(text: string): ReportedVersion[];
  /** Adds devices, in order of key, to a plan that is being activated. */
  addPlanDevices(planId: string, devices: readonly { id: number; wave: number }[]): Promise<void>;
  /** Throws away the devices of a plan that is not activated. */
  discardPlanDevices(planId: string): Promise<void>;
  /**
   * One step of deleting a plan with its devices and their logs, whatever it is doing: at most so many devices, and then the plan itself.
   * @returns whether it is gone
   */
  erasePlan(planId: string, most: number): Promise<boolean>;
  /** How many of a plan's devices a predicate holds for. */
  countPlanDevices(planId: string, holds: (deviceKey: string) => boolean): Promise<number>;

  /** Missing: no other process activates plans. Runs one activation at a time over all processes that share the store. */
  activateAlone?<T>(work: () => Promise<T>): Promise<T>;

  /** One transaction over a device and its plans. `null`: no such device. */
  inDevice<T>(
    productKey: string,
    deviceKey: string,
    now: number,
    work: (session: DeviceSession) => T,
  ): Promise<{ value: T; touched: Touched[] } | null>;
  /** One transaction over at most `limit` devices of a plan; `work` returns false to stop before the device it was given. */
  inPlan(
    planId: string,
    selection: Selection,
    limit: number,
    now: number,
    work: (run: Run) => boolean,
  ): Promise<Pass | null>;
  /** One transaction over at most `limit` devices whose time has come. */
  inDue(before: number, limit: number, work: (run: Run) => void): Promise<Touched[]>;
  /** The plans whose time has come, and when the next plan or device is due. */
  duePlans(before: number): Promise<string[]>;
  nextDue(): Promise<number | null>;
  /** Works out anew when plans are due: after the wall clock was set. */
  scheduleAgain(now: number): Promise<void>;

  /** A device with all its plans or those issued to it, oldest activation first. `null`: no such device */
  readDevice(
    productKey: string,
    deviceKey: string,
    which: 'all' | 'issued',
  ): Promise<{ device: DeviceRecord; runs: readonly DevicePlan[] } | null>;
  /** In order of device key. A page may be short, and still have a next, when few of many match a search. */
  listPlanDevices(
    planId: string,
    filter: DeviceFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanDeviceRow>>;
  findPlanDevice(planId: string, deviceKey: string): Promise<PlanDeviceRow | null>;
  /** Oldest first, behind line `after`. */
  componentLog(
    planId: string,
    deviceKey: string,
    component: number | null,
    after: number,
    limit: number,
  ): Promise<LogRecord[]>;
  timeline(planId: string): Promise<TimelinePoint[]>;
  /** Failed devices by the cause of the first component that failed. */
  failureCauses(planId: string): Promise<{ cause: string; devices: number }[]>;
  /** Compares counters with a full scan, documents with their digests. Each problem is a sentence; none: sound. */
  verify(): Promise<string[]>;
}
