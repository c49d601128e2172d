import type { PlanDetail, PlanOverview } from '@otaplan/api';
import { allowsAction, isOver, type Plan, type PlanAction, planStatuses, withDigest } from '@otaplan/model';
import { resume, suspend, terminate } from '../engine/index.ts';
import type { PlanChange, PlanRecord } from '../store/plans.ts';
import type { Activation } from './activation.ts';
import type { Who } from './center.ts';
import { overviewOf } from './overview.ts';
import { newId, type Parts, planOf } from './parts.ts';
import { checkPlan } from './plan-rules.ts';
import { ProblemError } from './problem-error.ts';
import type { Rollout } from './rollout.ts';

const pageSize = 100;

/** What people do to plans: save, edit, delete, activate, suspend, resume, terminate. */
export class PlanDesk {
  readonly #parts: Parts;
  readonly #activation: Activation;
  readonly #rollout: Rollout;

  constructor(parts: Parts, activation: Activation, rollout: Rollout) {
    this.#parts = parts;
    this.#activation = activation;
    this.#rollout = rollout;
  }

  async create(given: Plan, who: Who): Promise<PlanOverview> {
    const { document, account } = await this.#checked(given);
    const { store, clock, randomBytes, changes } = this.#parts;
    const plan = await store.plans.createPlan(account, newId(randomBytes), document, who, clock.now());
    if (plan === 'nameTaken') throw nameTaken(document.name);
    changes.tell({ kind: 'plan', planId: plan.id });
    return overviewOf(plan);
  }

  async detail(planId: string): Promise<PlanDetail> {
    const plan = await planOf(this.#parts.store, planId);
    const document = await this.#parts.store.plans.planDocument(planId);
    if (!document) throw new ProblemError('not-found', 'There is no such plan.');
    // The wire's type has mutable arrays; nobody writes to them.
    return { ...overviewOf(plan), document: document as PlanDetail['document'] };
  }

  async update(planId: string, given: Plan, revision: number, who: Who): Promise<PlanOverview> {
    const { document } = await this.#checked(given);
    return this.#change(planId, who, (plan) => {
      checkRevision(plan, revision);
      if (plan.status !== 'inactivated' || this.#activation.isUnderWay(planId)) {
        throw new ProblemError('plan-frozen', frozenDetail(plan));
      }
      if (document.product !== plan.document.product) {
        const errors = [
          { pointer: '/document/product', detail: `It stays ${plan.document.product}; save a new plan.` },
        ];
        throw new ProblemError('plan-invalid', 'The product of a plan is fixed at its first save.', errors);
      }
      return { document, action: 'updatePlan', detail: document.digest };
    });
  }

  async updateTexts(
    planId: string,
    texts: Readonly<Record<string, string>>,
    revision: number,
    who: Who,
  ): Promise<PlanOverview> {
    if (Object.keys(texts).length === 0) {
      const errors = [{ pointer: '/texts', detail: 'Give a text in at least one language.' }];
      throw new ProblemError('plan-invalid', 'A manual plan has an upgrade text.', errors);
    }
    const whole = await this.#parts.store.plans.planDocument(planId);
    const overview = await this.#change(planId, who, (plan) => {
      checkRevision(plan, revision);
      const { mode } = plan.document;
      if (mode.kind !== 'manual') throw new ProblemError('wrong-status', 'Only a manual plan has texts.');
      if (isOver(plan.status)) throw new ProblemError('wrong-status', 'The plan is over.');
      const document = withDigest({ ...(whole ?? plan.document), mode: { ...mode, texts } });
      return { document, action: 'updatePlanTexts', detail: Object.keys(texts).join(', ') };
    });
    this.#parts.changes.tell({ kind: 'messages', productKey: overview.plan.product, deviceKeys: 'all' });
    return overview;
  }

  async delete(planId: string, revision: number, who: Who): Promise<void> {
    const { store, clock, changes } = this.#parts;
    const { account } = await planOf(store, planId);
    const check = (plan: PlanRecord) => {
      checkRevision(plan, revision);
      this.#allow(plan, 'delete');
    };
    const deleted = await store.plans.deletePlan(planId, check, who, clock.now());
    if (!deleted) throw new ProblemError('not-found', 'There is no such plan.');
    changes.tell({ kind: 'planDeleted', planId, account });
  }

  async activate(planId: string, revision: number | undefined, who: Who): Promise<PlanOverview> {
    const plan = await planOf(this.#parts.store, planId);
    checkRevision(plan, revision);
    this.#allow(plan, 'activate');
    await this.#activation.activate(planId, plan.revision, who);
    await this.#rollout.workOn(planId);
    return overviewOf(await planOf(this.#parts.store, planId));
  }

  suspend(planId: string, revision: number | undefined, who: Who): Promise<PlanOverview> {
    return this.#act(planId, 'suspend', revision, who, (plan) => suspend(plan, who));
  }

  /** Suspends all plans of an account that can be; of one that is being activated, its end is waited for. */
  suspendAll(account: string, who: Who): Promise<void> {
    return this.#activation.between(async () => {
      for (let cursor: string | null = null; ; ) {
        const page = await this.#parts.store.plans.listPlans(account, {}, pageSize, cursor);
        for (const { id, status } of page.items) {
          if (allowsAction(status, 'suspend')) await this.suspend(id, undefined, who).catch(unlessMoved);
        }
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
    });
  }

  async resume(planId: string, revision: number | undefined, who: Who): Promise<PlanOverview> {
    const now = this.#parts.clock.now();
    await this.#act(planId, 'resume', revision, who, (plan) => {
      if (now >= plan.end) throw new ProblemError('wrong-status', 'The effective period is over.');
      return resume(plan, plan.counts);
    });
    await this.#rollout.scheduleBegun(planId);
    await this.#rollout.workOn(planId);
    return overviewOf(await planOf(this.#parts.store, planId));
  }

  async terminate(planId: string, revision: number | undefined, who: Who): Promise<PlanOverview> {
    const now = this.#parts.clock.now();
    await this.#act(planId, 'terminate', revision, who, (plan) => terminate(plan, who, now));
    await this.#rollout.workOn(planId);
    return overviewOf(await planOf(this.#parts.store, planId));
  }

  async #act(
    planId: string,
    action: PlanAction,
    revision: number | undefined,
    who: Who,
    change: (plan: PlanRecord) => PlanChange,
  ): Promise<PlanOverview> {
    const overview = await this.#change(planId, who, (plan) => {
      checkRevision(plan, revision);
      this.#allow(plan, action);
      return { ...change(plan), action: `${action}Plan`, detail: '' };
    });
    this.#parts.changes.tell({ kind: 'messages', productKey: overview.plan.product, deviceKeys: 'all' });
    return overview;
  }

  async #change(planId: string, who: Who, change: (plan: PlanRecord) => PlanChange): Promise<PlanOverview> {
    const { store, clock, changes } = this.#parts;
    const plan = await store.plans.changePlan(planId, change, who, clock.now());
    if (plan === 'unknown') throw new ProblemError('not-found', 'There is no such plan.');
    if (plan === 'nameTaken') throw nameTaken('');
    changes.tell({ kind: 'plan', planId });
    return overviewOf(plan);
  }

  #allow(plan: PlanRecord, action: PlanAction): void {
    if (this.#activation.isUnderWay(plan.id)) throw new ProblemError('wrong-status', 'The plan is being activated.');
    if (allowsAction(plan.status, action)) return;
    const { label } = planStatuses[plan.status];
    throw new ProblemError(
      'wrong-status',
      `“${plan.document.name}” is ${label}, which does not allow to ${action} it.`,
    );
  }

  /** A plan belongs to the account of its product. */
  async #checked(given: Plan): Promise<{ document: Plan; account: string }> {
    const errors = checkPlan(given, this.#parts.zoneData);
    if (errors.length > 0) throw new ProblemError('plan-invalid', errors[0]?.detail, errors);
    const product = await this.#parts.store.registry.findProduct(given.product);
    if (!product) throw new ProblemError('product-unknown', `There is no product ${given.product}.`);
    return { document: withDigest(given), account: product.account };
  }
}

function checkRevision(plan: PlanRecord, revision: number | undefined): void {
  if (revision === undefined || revision === plan.revision) return;
  throw new ProblemError('stale', `Revision ${revision} was seen; now it is ${plan.revision}. Read the plan again.`);
}

function nameTaken(name: string): ProblemError {
  return new ProblemError('name-taken', name === '' ? undefined : `There is a plan “${name}” already.`);
}

function frozenDetail(plan: PlanRecord): string {
  return `“${plan.document.name}” is ${planStatuses[plan.status].label}; only an inactivated plan can be edited.`;
}

/** The plan ended in between. */
function unlessMoved(error: unknown): void {
  if (!(error instanceof ProblemError && (error.problem === 'wrong-status' || error.problem === 'not-found')))
    throw error;
}
