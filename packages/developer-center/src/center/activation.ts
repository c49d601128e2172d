import { type Plan, targetFilter, waveOf } from '@otaplan/model';
import { newPlanState } from '../engine/index.ts';
import type { PlanRecord, TargetDevice } from '../store/plans.ts';
import type { Who } from './center.ts';
import { neededPackages } from './needed-packages.ts';
import { type Parts, planOf, Turns } from './parts.ts';
import { ProblemError } from './problem-error.ts';

const chunk = 5000;
/** Lists up to this long are looked up key by key, longer ones along the product's devices. */
const lookedUp = 20_000;

/** Another plan that wants the same components of the same devices. */
export interface Conflict {
  readonly plan: PlanRecord;
  readonly identifiers: readonly string[];
  readonly devices: number;
}

/** Activation: refusals, and the set of devices resolved once. One plan at a time. */
export class Activation {
  readonly #parts: Parts;
  readonly #turns = new Turns();
  readonly #underWay = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether the devices of a plan are being laid down: it can be neither edited nor deleted then. */
  isUnderWay(planId: string): boolean {
    return this.#underWay.has(planId);
  }

  /**
   * Lays down the devices of a plan and activates it. Until the last transaction the plan is inactivated; what a crash leaves
   * behind is thrown away at the next try.
   */
  activate(planId: string, revision: number, who: Who): Promise<void> {
    return this.between(async () => {
      this.#underWay.add(planId);
      try {
        await this.#activate(planId, revision, who);
      } finally {
        this.#underWay.delete(planId);
      }
    });
  }

  /** Does something while no plan is being activated, by any replica. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => await (this.#parts.store.plans.activateAlone?.(work) ?? work()));
  }

  async #activate(planId: string, revision: number, who: Who): Promise<void> {
    const { store, clock } = this.#parts;
    const { plans } = store;
    const document = await plans.planDocument(planId);
    const plan = await planOf(store, planId);
    if (!document) throw new ProblemError('not-found', 'There is no such plan.');
    if (plan.status !== 'inactivated') throw new ProblemError('wrong-status', 'The plan is activated already.');
    if (plan.revision !== revision) throw changedMeanwhile();
    // The call may have waited here for its turn while the account was closed.
    const account = (await store.accounts.listAccounts()).find(({ id }) => id === plan.account);
    if (account !== undefined && account.closedAt !== null)
      throw new ProblemError('not-permitted', 'The account is closed.');
    if (clock.now() >= plan.end) throw new ProblemError('period-over', overDetail(document));
    for (const { problem } of await neededPackages(store.packages, plan.account, document.components)) {
      if (problem) throw new ProblemError(problem.name, problem.detail);
    }
    const conflicts = await this.conflicts(document);
    if (conflicts.length > 0) throw new ProblemError('plan-conflict', conflicts.map(conflictDetail).join(' '));

    await plans.discardPlanDevices(planId);
    let count = 0;
    try {
      for await (const devices of this.targets(document)) {
        const waves = devices.map(({ id, deviceKey }) => ({
          id,
          wave: waveOf(document.waves, document.name, deviceKey),
        }));
        await plans.addPlanDevices(planId, waves);
        count += devices.length;
      }
      if (count === 0) throw new ProblemError('no-devices', noDevicesDetail(document));
      const activated = await plans.changePlan(
        planId,
        (found) => {
          if (found.revision !== revision) throw changedMeanwhile();
          return {
            status: 'toBeUpgraded',
            state: { ...newPlanState, activatedAt: clock.now() },
            action: 'activatePlan',
            detail: `${count} devices`,
          };
        },
        who,
        clock.now(),
      );
      if (typeof activated === 'string') throw new ProblemError('not-found', 'There is no such plan.');
    } catch (error) {
      await plans.discardPlanDevices(planId);
      throw error;
    }
    this.#parts.changes.tell({ kind: 'plan', planId });
    this.#parts.changes.tell({ kind: 'messages', productKey: document.product, deviceKeys: 'all' });
  }

  /** The devices of a plan's set that are registered now, in order of key, a few thousand at a time. */
  async *targets(document: Plan): AsyncGenerator<TargetDevice[]> {
    const { plans } = this.#parts.store;
    const { targets, product } = document;
    const isTarget = targetFilter(targets);
    if (!targets.all && targets.include.length <= lookedUp) {
      const found: TargetDevice[] = [];
      for (const key of targets.include) {
        if (!isTarget(key)) continue;
        const [device] = await plans.targetDevices(product, { key }, Number.MAX_SAFE_INTEGER, 1);
        if (device) found.push(device);
      }
      for (let from = 0; from < found.length; from += chunk) yield found.slice(from, from + chunk);
      return;
    }
    const newest = await plans.newestDeviceId();
    for (let after = ''; ; ) {
      const devices = await plans.targetDevices(product, { after }, newest, chunk);
      const wanted = devices.filter(({ deviceKey }) => isTarget(deviceKey));
      if (wanted.length > 0) yield wanted;
      if (devices.length < chunk) return;
      after = devices.at(-1)?.deviceKey ?? '';
    }
  }

  /** Activated plans that want a component of a device of this plan at a time of its period. */
  async conflicts(document: Plan): Promise<Conflict[]> {
    const { plans } = this.#parts.store;
    const isTarget = targetFilter(document.targets);
    const [start, end] = [Date.parse(document.effective.startUtc), Date.parse(document.effective.endUtc)];
    const conflicts: Conflict[] = [];
    for (const plan of await plans.activatedPlans(document.product)) {
      if (plan.start >= end || start >= plan.end) continue;
      const theirs = new Set(plan.document.components.map((component) => component.identifier));
      const identifiers = document.components.map((c) => c.identifier).filter((identifier) => theirs.has(identifier));
      if (identifiers.length === 0) continue;
      const devices = await plans.countPlanDevices(plan.id, isTarget);
      if (devices > 0) conflicts.push({ plan, identifiers, devices });
    }
    return conflicts;
  }
}

function changedMeanwhile(): ProblemError {
  return new ProblemError('stale', 'The plan was changed meanwhile. Read it again.');
}

export function conflictDetail({ plan, identifiers, devices }: Conflict): string {
  const count = devices === 1 ? '1 device' : `${devices} devices`;
  return `“${plan.document.name}” wants ${identifiers.join(', ')} of ${count} of this plan at the same time.`;
}

export function overDetail(document: Plan): string {
  return `The effective period was over at ${document.effective.end} (${document.effective.zone}).`;
}

export function noDevicesDetail(document: Plan): string {
  return document.targets.all
    ? `No device of ${document.product} is registered that the plan does not exclude.`
    : `None of the ${document.targets.include.length} listed devices is registered for ${document.product}.`;
}
