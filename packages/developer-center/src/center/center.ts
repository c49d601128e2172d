import type {
  activatePlan,
  createPlan,
  DeviceComponent,
  DeviceReport,
  listAudit,
  listComponentLog,
  listPlanDevices,
  listPlans,
  ParsedBodyOf,
  ParsedQueryOf,
  PlanDetail,
  PlanDevice,
  PlanMessage,
  PlanOverview,
  PlanPreview,
  PlanStatistics,
  ReplyOf,
  RetryReply,
  registerDevices,
  registerProducts,
  retryPlan,
  sendReports,
  updatePlanTexts,
} from '@otaplan/api';
import type { PackageFileRecord } from '../store/packages.ts';
import type { Changes } from './changes.ts';

/** Who asks for a change: the id of the access key, or `schedule`. Stands in the audit trail. */
export type Who = string;

/** A device that has proved who it is. */
export interface DeviceIdentity {
  readonly productKey: string;
  readonly deviceKey: string;
}

/** One report after it was parsed by itself; `broken`: it was no report, with what was wrong. */
export type ParsedReport = DeviceReport | { readonly id: string; readonly broken: string };

/** An operation of an end user on a device's plan. */
export type EndUserAction =
  | { readonly kind: 'now' }
  | { readonly kind: 'appoint'; readonly from: number; readonly to: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'putAway' }
  | { readonly kind: 'retry' };

/** What an end user sees of a device's plan, beside its document and components. */
export interface EndUserView {
  /** Id of the account that the plan belongs to. */
  readonly account: string;
  readonly detail: PlanDetail;
  readonly device: PlanDevice;
  readonly components: readonly DeviceComponent[];
  /** 0 unconfirmed, 1 now, 2 appointed, 3 cancelled, 4 acknowledged. */
  readonly confirmStatus: number;
  readonly appointment: { readonly from: number; readonly to: number } | null;
  /** 0 to 1. */
  readonly progress: number;
}

/**
 * Developer Center as an application: everything that a call over HTTP can ask, and nothing of HTTP.
 * Every method fails with `ProblemError`; what it returns was kept for good before it returned.
 * Whose the plans, packages and products are that a call names was looked at before; what it lists and adds is of the account given.
 */
export interface Center {
  readonly changes: Changes;

  listPlans(account: string, query: ParsedQueryOf<typeof listPlans>): Promise<ReplyOf<typeof listPlans>>;
  createPlan(body: ParsedBodyOf<typeof createPlan>, who: Who): Promise<PlanOverview>;
  getPlan(planId: string): Promise<PlanDetail>;
  getPlanSummary(planId: string): Promise<PlanOverview>;
  /** The same for live changes, with the account that the plan belongs to; `null`: there is no such plan any more. */
  watchPlan(planId: string): Promise<{ account: string; overview: PlanOverview } | null>;
  /** @param revision what `If-Match` said; another is `stale` */
  updatePlan(planId: string, body: ParsedBodyOf<typeof createPlan>, revision: number, who: Who): Promise<PlanOverview>;
  updatePlanTexts(
    planId: string,
    body: ParsedBodyOf<typeof updatePlanTexts>,
    revision: number,
    who: Who,
  ): Promise<PlanOverview>;
  deletePlan(planId: string, revision: number, who: Who): Promise<void>;
  activatePlan(planId: string, body: ParsedBodyOf<typeof activatePlan>, who: Who): Promise<PlanOverview>;
  suspendPlan(planId: string, body: ParsedBodyOf<typeof activatePlan>, who: Who): Promise<PlanOverview>;
  /** Suspends all plans of an account, those that are being activated at this moment too. */
  suspendPlans(account: string, who: Who): Promise<void>;
  resumePlan(planId: string, body: ParsedBodyOf<typeof activatePlan>, who: Who): Promise<PlanOverview>;
  terminatePlan(planId: string, body: ParsedBodyOf<typeof activatePlan>, who: Who): Promise<PlanOverview>;
  previewPlan(body: ParsedBodyOf<typeof createPlan>): Promise<PlanPreview>;

  listPlanDevices(
    planId: string,
    query: ParsedQueryOf<typeof listPlanDevices>,
  ): Promise<ReplyOf<typeof listPlanDevices>>;
  getPlanDevice(planId: string, deviceKey: string): Promise<PlanDevice>;
  listDeviceComponents(planId: string, deviceKey: string): Promise<{ items: DeviceComponent[] }>;
  listComponentLog(
    planId: string,
    deviceKey: string,
    query: ParsedQueryOf<typeof listComponentLog>,
  ): Promise<ReplyOf<typeof listComponentLog>>;
  retryPlan(planId: string, body: ParsedBodyOf<typeof retryPlan>, who: Who): Promise<RetryReply>;
  getPlanStatistics(planId: string): Promise<PlanStatistics>;

  registerProducts(
    account: string,
    body: ParsedBodyOf<typeof registerProducts>,
    who: Who,
  ): Promise<ReplyOf<typeof registerProducts>>;
  registerDevices(
    productKey: string,
    body: ParsedBodyOf<typeof registerDevices>,
    who: Who,
  ): Promise<ReplyOf<typeof registerDevices>>;
  listAudit(account: string, query: ParsedQueryOf<typeof listAudit>): Promise<ReplyOf<typeof listAudit>>;

  /** Applies the reports of one device in order; answers one result for each. */
  deviceReports(device: DeviceIdentity, reports: readonly ParsedReport[]): Promise<ReplyOf<typeof sendReports>>;
  /**
   * The plan message of a device now. Reading it changes nothing and triggers nothing.
   * @param origin where the device reaches the service, such as `http://10.0.0.5:8181`; for addresses when no public one was given
   */
  planMessage(device: DeviceIdentity, origin?: string): Promise<PlanMessage>;
  /** The device was heard of: it counts as online for ten minutes, and what waited for it is done. Cheap when called often. */
  deviceSeen(device: DeviceIdentity): Promise<void>;
  /** Its connection broke: it counts as offline. */
  deviceLeft(device: DeviceIdentity): Promise<void>;

  /** The plan of an end user's device; without a plan id, the one under way or the last that was not put away. `null`: none. */
  endUserView(device: DeviceIdentity, planId?: string): Promise<EndUserView | null>;
  endUserAct(device: DeviceIdentity, planId: string, action: EndUserAction, who: Who): Promise<void>;
  setAutoUpgrade(device: DeviceIdentity, on: boolean): Promise<void>;
  /** Whether manual plans confirm themselves on the device. */
  autoUpgrade(device: DeviceIdentity): Promise<boolean>;

  /**
   * Does everything that is due at the clock's time: starts, ends, pushes, waves, retries, time-outs.
   * @param watchedSince since when time has passed as it does, without the clock being set or the machine asleep
   * @returns the instant at which something will next be due, `null` for never
   */
  runDue(watchedSince?: number): Promise<number | null>;
}

/** Where a device gets a file: made by the part that serves files, signed for this device, short-lived. */
export type FileUrl = (file: PackageFileRecord, device: DeviceIdentity, origin?: string) => string;
