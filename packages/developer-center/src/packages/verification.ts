import { type Plan, singleWave, withDigest } from '@otaplan/model';
import type { Center } from '../center/center.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../http/log.ts';
import type { PackageRecord } from '../store/packages.ts';
import type { Store } from '../store/store.ts';

/** Known within this time, or failed (`developer-center.md`, section 2). */
const verificationMinutes = 60;
const minuteMs = 60_000;

/** The device that a package is tried on. */
export interface VerificationRequest {
  readonly productKey: string;
  readonly deviceKey: string;
  readonly identifier: string;
}

/**
 * Verification of a package: it is pushed to one online device by a plan of its own, which everyone sees among the plans, and which
 * obeys every rule of plans. The package's id in the plan's name ties the two together, also across a restart.
 */
export class Verifications {
  readonly #center: Center;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Plan id to package id. */
  readonly #underWay = new Map<string, string>();
  readonly #unsubscribe: () => void;

  constructor(center: Center, store: Store, clock: Clock, log: Log) {
    this.#center = center;
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#unsubscribe = center.changes.subscribe((change) => {
      if (change.kind !== 'plan' || !this.#underWay.has(change.planId)) return;
      this.#look(change.planId).catch((error: unknown) => {
        this.#log.error({ err: error, planId: change.planId }, 'A verification could not be followed.');
      });
    });
  }

  /**
   * Begins. The result shows at the package within an hour.
   * @throws ProblemError `package-incomplete`; `retry-refused` when the device cannot take it now, with why; what activation refuses for
   */
  async begin(id: string, request: VerificationRequest, who: string): Promise<void> {
    const found = await this.#store.packages.findPackage(id);
    if (!found) throw new ProblemError('not-found', 'There is no such package.');
    if (!found.complete) throw new ProblemError('package-incomplete', 'Upload its files first.');
    if (found.verification === 'verifying') throw refused('It is being verified already.');
    await this.#checkDevice(found, request);
    const document = planFor(found, request, this.#clock.now());
    const { plan } = await this.#center.createPlan({ document } as Parameters<Center['createPlan']>[0], who);
    try {
      await this.#center.activatePlan(plan.id, {}, who);
    } catch (error) {
      await this.#center.deletePlan(plan.id, plan.revision, who);
      throw error;
    }
    await this.#store.packages.setVerification(id, 'verifying');
    this.#underWay.set(plan.id, id);
    await this.#look(plan.id);
  }

  /** Takes up what was under way when the service stopped. */
  async resume(): Promise<void> {
    const plans = await this.#store.plans.activatedPlans();
    for (const plan of plans) {
      const id = /^Verification (pkg_[0-9a-f]+) /.exec(plan.document.name)?.[1];
      const found = id === undefined ? null : await this.#store.packages.findPackage(id);
      if (found?.verification !== 'verifying') continue;
      this.#underWay.set(plan.id, found.id);
      await this.#look(plan.id);
    }
  }

  close(): void {
    this.#unsubscribe();
  }

  async #look(planId: string): Promise<void> {
    const { plan, devices } = await this.#center.getPlanSummary(planId);
    const isOver = plan.status === 'finished' || plan.status === 'forcedTermination';
    const verified = devices.upgraded > 0;
    if (!verified && !isOver && devices.upgradeFailed === 0 && devices.noUpdateRequired === 0) return;
    const packageId = this.#underWay.get(planId);
    if (packageId === undefined) return;
    this.#underWay.delete(planId);
    await this.#store.packages.setVerification(packageId, verified ? 'verified' : 'verificationFailed');
  }

  async #checkDevice(found: PackageRecord, request: VerificationRequest): Promise<void> {
    const device = await this.#store.registry.findDevice(request.productKey, request.deviceKey);
    if (!device) throw refused(`There is no device ${request.deviceKey} of the product ${request.productKey}.`);
    if (device.onlineUntil <= this.#clock.now()) throw refused(`The device ${request.deviceKey} is offline.`);
    const version = device.versions.find(
      ({ identifier, type }) => identifier === request.identifier && type === found.type,
    )?.version;
    if (version === undefined)
      throw refused(`The device has not reported a ${found.type} component ${request.identifier}.`);
    if (version === found.version) throw refused(`The device runs ${version} already.`);
    if (found.sourceVersion !== null && version !== found.sourceVersion)
      throw refused(`The device runs ${version}; the delta package starts from ${found.sourceVersion}.`);
  }
}

function refused(detail: string): ProblemError {
  return new ProblemError('retry-refused', detail);
}

function planFor(found: PackageRecord, request: VerificationRequest, now: number): Plan {
  const start = Math.floor(now / minuteMs) * minuteMs;
  const end = start + verificationMinutes * minuteMs;
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  return withDigest({
    name: `Verification ${found.id} ${new Date(now).toISOString()} ${found.name}`.slice(0, 100).trim(),
    product: request.productKey,
    effective: {
      start: local(start),
      end: local(end),
      zone: 'UTC',
      startUtc: `${local(start)}:00Z`,
      endUtc: `${local(end)}:00Z`,
    },
    targets: { all: false, include: [request.deviceKey], exclude: [], count: 1 },
    components: [
      {
        component: request.identifier,
        type: found.type,
        identifier: request.identifier,
        mode: found.sourceVersion === null ? 'full' : 'delta',
        target: found.version,
        sources: found.sourceVersion === null ? [] : [found.sourceVersion],
        versions: null,
        package: null,
      },
    ],
    mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 10 },
    conditions: { batteryPercent: 0, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
  });
}
