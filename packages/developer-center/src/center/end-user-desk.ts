import { isOver, limits } from '@otaplan/model';
import { confirmStatuses, isTold, statusOf, step } from '../engine/index.ts';
import type { PlanDeviceRow } from '../store/plans.ts';
import type { DeviceIdentity, EndUserAction, EndUserView, Who } from './center.ts';
import { overviewOf } from './overview.ts';
import { type Parts, randomOf, tellTouched, viewOf } from './parts.ts';
import { ProblemError } from './problem-error.ts';
import { componentsOf, deviceOf } from './rollout-reader.ts';

/** What end users see and do (section 6, rule 5). */
export class EndUserDesk {
  readonly #parts: Parts;
  readonly #random: () => number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#random = randomOf(parts.randomBytes);
  }

  async view({ productKey, deviceKey }: DeviceIdentity, planId?: string): Promise<EndUserView | null> {
    const { store, clock } = this.#parts;
    const found = await store.plans.readDevice(productKey, deviceKey, 'all');
    if (!found) throw new ProblemError('not-found', `There is no device ${deviceKey} of product ${productKey}.`);
    const { runs, device } = found;
    const run =
      planId === undefined
        ? (runs.find(({ plan, state }) => isTold(plan, state)) ??
          runs.find(({ plan, state }) => !isOver(plan.status) && state.phase !== 'ended') ??
          runs.findLast(({ state }) => state.userConfirm !== confirmStatuses.acknowledged))
        : runs.find(({ plan }) => plan.id === planId);
    const plan = run && (await store.plans.findPlan(run.plan.id));
    if (!run || !plan) return null;
    const { state } = run;
    const row: PlanDeviceRow = {
      deviceKey,
      onlineUntil: device.onlineUntil,
      wave: run.wave,
      status: statusOf(state),
      state,
    };
    const components = componentsOf(plan, row);
    const progress = components.reduce((sum, { status, progress: percent }) => sum + shareOf(status, percent), 0);
    const { appointedFrom: from, appointedTo: to } = state;
    // The wire's type has mutable arrays; nobody writes to them.
    const document = plan.document as EndUserView['detail']['document'];
    return {
      account: plan.account,
      detail: { ...overviewOf(plan), document },
      device: deviceOf(row, clock.now()),
      components,
      confirmStatus: state.userConfirm,
      appointment: from !== null && to !== null ? { from, to } : null,
      progress: components.length === 0 ? 0 : progress / components.length,
    };
  }

  async act(identity: DeviceIdentity, planId: string, action: EndUserAction, who: Who): Promise<void> {
    const { store, clock, changes } = this.#parts;
    const now = clock.now();
    const done = await store.plans.inDevice(identity.productKey, identity.deviceKey, now, (session) => {
      const run = session.runs.find(({ plan }) => plan.id === planId);
      if (!run) throw new ProblemError('not-found', 'The device has no such plan.');
      if (
        (action.kind === 'now' || action.kind === 'retry') &&
        run.plan.counts.inProgress >= limits.devicesInProgress
      ) {
        throw new ProblemError('wrong-status', `${limits.devicesInProgress} devices are in progress; try again later.`);
      }
      const taken = step(run.plan, run.state, viewOf(run, now), { kind: 'user', action, who }, now, this.#random);
      if (taken.result.result === 'ignored') throw new ProblemError('wrong-status', taken.result.reason);
      run.keep(taken);
    });
    if (!done) throw new ProblemError('not-found', `There is no device ${identity.deviceKey}.`);
    tellTouched(changes, done.touched);
  }
}

/** How far a component is, from 0 to 1: half of the way is the download, the other half the flashing. */
function shareOf(status: string, percent: number): number {
  switch (status) {
    case 'upgradeSucceeded':
    case 'noUpdateRequired':
      return 1;
    case 'downloading':
      return percent / 200;
    case 'downloadSucceeded':
      return 0.5;
    case 'upgrading':
      return 0.5 + percent / 200;
    default:
      return 0;
  }
}
