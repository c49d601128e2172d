import type { DeviceReport, PlanMessage, ReplyOf, sendReports } from '@otaplan/api';
import { isConfirmedAndUnderWay } from '@otaplan/model';
import { type ComponentState, type DeviceEvent, isTold, step } from '../engine/index.ts';
import type { DeviceSession, Run } from '../store/plans.ts';
import type { ReportedVersion } from '../store/registry.ts';
import type { DeviceIdentity, ParsedReport } from './center.ts';
import { packageOf } from './needed-packages.ts';
import { type Parts, randomOf, tellTouched, viewOf } from './parts.ts';
import { ProblemError } from './problem-error.ts';
import { requestRefusal } from './rollout.ts';

type Result = ReplyOf<typeof sendReports>['results'][number];
type VersionsReport = Extract<DeviceReport, { kind: 'versions' | 'request' }>;

const minute = 60_000;
/** A device counts as online for this long after it was heard of. */
export const onlineMs = 10 * minute;
/** Being heard of is written no more often than this. */
const seenEveryMs = minute;
/** Seconds after which a device that does not wait asks again. */
const pollAfter = { withPlan: 30, without: 120 };

/** What devices say and are told. */
export class DeviceDesk {
  readonly #parts: Parts;
  readonly #random: () => number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#random = randomOf(parts.randomBytes);
  }

  /** Applies reports in order, in one transaction. */
  async reports(identity: DeviceIdentity, reports: readonly ParsedReport[]): Promise<{ results: Result[] }> {
    const now = this.#parts.clock.now();
    const done = await this.#parts.store.plans.inDevice(identity.productKey, identity.deviceKey, now, (session) => {
      this.#see(session, now);
      const results: Result[] = [];
      for (const report of reports) results.push(this.#report(session, report, now));
      return results;
    });
    if (!done) throw unknownDevice(identity);
    tellTouched(this.#parts.changes, done.touched);
    return { results: done.value };
  }

  /** The oldest plan that is issued to the device, whole. */
  async message(identity: DeviceIdentity, origin?: string): Promise<PlanMessage> {
    const found = await this.#parts.store.plans.readDevice(identity.productKey, identity.deviceKey, 'issued');
    if (!found) throw unknownDevice(identity);
    const run = found.runs.find(({ plan, state }) => isTold(plan, state));
    if (!run) return { plan: null, pollAfter: pollAfter.without };
    const { document } = run.plan;
    const components: NonNullable<PlanMessage['plan']>['components'] = [];
    const told = document.components.flatMap((wanted, index) => {
      const component = run.state.components[index];
      return component && isToDo(component) ? [{ wanted, component }] : [];
    });
    const identities = told.map(({ wanted }) => packageOf(wanted));
    const packages = await this.#parts.store.packages.resolvePackages(run.plan.account, identities);
    for (const [index, { wanted, component }] of told.entries()) {
      const found = packages[index];
      const addressed = isConfirmedAndUnderWay(component.status) && component.status !== 'downloadFailed';
      components.push({
        identifier: wanted.identifier,
        type: wanted.type,
        mode: wanted.mode,
        sourceVersion: component.source,
        targetVersion: wanted.target,
        attempt: component.attempt,
        status: component.status,
        retryAt: component.retryAt === null ? null : new Date(component.retryAt).toISOString(),
        battery: document.conditions.batteryPercent,
        signal: document.conditions.signalDbm,
        space: found?.files.reduce((sum, file) => sum + file.size, 0) ?? 0,
        address:
          addressed && found
            ? {
                files: found.files.map((file) => ({
                  name: file.name,
                  url: this.#parts.fileUrl(file, identity, origin),
                  size: file.size,
                  md5: file.md5 ?? '',
                  crc32: file.crc32 ?? '',
                  sha256: file.sha256,
                })),
              }
            : null,
      });
    }
    const { mode, name } = document;
    const texts = mode.kind === 'manual' ? { ...mode.texts } : {};
    return { plan: { id: run.plan.id, name, mode: mode.kind, texts, components }, pollAfter: pollAfter.withPlan };
  }

  async seen({ productKey, deviceKey }: DeviceIdentity): Promise<void> {
    const { store, clock, changes } = this.#parts;
    const now = clock.now();
    const device = await store.registry.findDevice(productKey, deviceKey);
    if (!device) throw unknownDevice({ productKey, deviceKey });
    if (!isNews(device.onlineUntil, now)) return;
    const done = await store.plans.inDevice(productKey, deviceKey, now, (session) => this.#see(session, now));
    tellTouched(changes, done?.touched ?? []);
  }

  async left({ productKey, deviceKey }: DeviceIdentity): Promise<void> {
    const now = this.#parts.clock.now();
    await this.#parts.store.registry.deviceSeen(productKey, deviceKey, now, now);
  }

  #see(session: DeviceSession, now: number): void {
    const before = session.device.onlineUntil;
    if (!isNews(before, now)) return;
    session.seen(now + onlineMs);
    for (const run of session.runs) {
      if (run.state.retryWanted !== null && otherTold(session, run) === null) this.#take(run, { kind: 'online' }, now);
    }
  }

  #report(session: DeviceSession, report: ParsedReport, now: number): Result {
    if ('broken' in report) return { id: report.id, result: 'ignored', reason: report.broken };
    switch (report.kind) {
      case 'status': {
        const run = session.runs.find(({ plan }) => plan.id === report.planId);
        if (!run) return { id: report.id, result: 'ignored', reason: 'The device has no such plan.' };
        const taken = this.#take(run, { kind: 'report', report }, now);
        return taken.result === 'applied'
          ? { id: report.id, result: 'applied' }
          : { id: report.id, result: 'ignored', reason: taken.reason };
      }
      case 'versions':
        if (session.device.lastReports.includes(report.id)) {
          return { id: report.id, result: 'ignored', reason: 'The report was taken before.' };
        }
        this.#keepVersions(session, report);
        for (const run of session.runs) this.#take(run, { kind: 'versions' }, now);
        return { id: report.id, result: 'applied' };
      case 'request':
        if (!session.device.lastReports.includes(report.id)) this.#keepVersions(session, report);
        for (const run of session.runs) this.#ask(session, run, now);
        return { id: report.id, result: 'applied' };
    }
  }

  /** A device that asks: a trigger, bound neither to the push period nor to the clock's ticks. */
  #ask(session: DeviceSession, run: Run, now: number): void {
    const refusal = requestRefusal(run, otherTold(session, run), now);
    if (refusal === null) this.#take(run, { kind: 'issue', cause: 'device' }, now);
    else if (refusal !== '') this.#take(run, { kind: 'postpone', reason: refusal }, now);
  }

  #keepVersions(session: DeviceSession, report: VersionsReport): void {
    const versions = new Map<string, ReportedVersion>(session.device.versions.map((v) => [v.identifier, v]));
    for (const version of report.components) versions.set(version.identifier, version);
    const facts = report.kind === 'versions' ? { battery: report.battery, signal: report.signal } : {};
    session.report([...versions.values()].slice(-maxVersions), facts, report.id);
  }

  #take(run: Run, event: DeviceEvent, now: number) {
    const taken = step(run.plan, run.state, viewOf(run, now), event, now, this.#random);
    run.keep(taken);
    return taken.result;
  }
}

/** Components of one device that are remembered. */
const maxVersions = 40;

/** Whether a device is told of a component: an attempt has begun that has not come to a good end. */
function isToDo({ attempt, status }: ComponentState): boolean {
  return attempt !== 0 && status !== 'upgradeSucceeded' && status !== 'noUpdateRequired';
}

/** Whether being heard of is worth writing: it was offline, or its time runs out, or the clock was set back. */
function isNews(onlineUntil: number, now: number): boolean {
  return Math.abs(onlineUntil - onlineMs - now) >= seenEveryMs;
}

/** The name of another plan that the device's message has. */
function otherTold(session: DeviceSession, run: Run): string | null {
  const other = session.runs.find((each) => each !== run && isTold(each.plan, each.state));
  return other?.plan.document.name ?? null;
}

function unknownDevice({ productKey, deviceKey }: DeviceIdentity): ProblemError {
  return new ProblemError('not-found', `There is no device ${deviceKey} of product ${productKey}.`);
}
