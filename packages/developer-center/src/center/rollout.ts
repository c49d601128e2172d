import { isActivated, isOver, limits } from '@otaplan/model';
import { mayPush, type PushPlace, planDue, step } from '../engine/index.ts';
import type { PlanRecord, Run } from '../store/plans.ts';
import { type Parts, randomOf, Turns, tellTouched, viewOf } from './parts.ts';

const chunk = 500;
/** A clock that went back by more than this was set. */
const setBackMs = 2000;
/** Rounds of one call: what is left over is due still and done by the next. */
const rounds = 2000;

/** What nobody asks for: starts and ends, pushes, waves, retries, time-outs. All of it stands in the store as due. */
export class Rollout {
  readonly #parts: Parts;
  readonly #turns = new Turns();
  readonly #random: () => number;
  #last = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#random = randomOf(parts.randomBytes);
  }

  /**
   * Does everything that is due.
   * @param watchedSince since when time has passed as it does, without the clock being set or the machine asleep
   * @returns when something will next be, `null` for never
   */
  runDue(watchedSince = Number.NEGATIVE_INFINITY): Promise<number | null> {
    return this.#turns.take(async () => {
      const { plans } = this.#parts.store;
      const start = this.#parts.clock.now();
      if (start < this.#last - setBackMs) await plans.scheduleAgain(start);
      this.#last = start;
      for (let round = 0; round < rounds; round++) {
        const now = this.#parts.clock.now();
        // Devices first: whose rejection period ends now is pushed by this tick.
        const touched = await plans.inDue(now, chunk, (run) => {
          run.keep(step(run.plan, run.state, viewOf(run, now), { kind: 'due', watchedSince }, now, this.#random));
        });
        tellTouched(this.#parts.changes, touched);
        for (const planId of await plans.duePlans(now)) await this.#workOn(planId);
        const next = await plans.nextDue();
        if (next === null || next > now) return next;
      }
      return this.#parts.clock.now();
    });
  }

  /** Does what is due for one plan, before anything else is. */
  workOn(planId: string): Promise<void> {
    return this.#turns.take(() => this.#workOn(planId));
  }

  /** Looks at every device that has begun, so that what waited for the plan to be resumed is due again. */
  async scheduleBegun(planId: string): Promise<void> {
    await this.#overBegun(planId, () => {});
  }

  async #workOn(planId: string): Promise<void> {
    const { store, clock, changes } = this.#parts;
    const now = clock.now();
    let ended = false;
    const plan = await store.plans.changePlan(
      planId,
      (found) => {
        const move = planDue(found, now);
        if (!move) return null;
        ended = isOver(move.status) && isActivated(found.status);
        const quiet = !ended && move.state.waveOpenedAt.length === found.state.waveOpenedAt.length;
        const opened = move.state.waveOpenedAt.length;
        if (ended) return { ...move, action: 'finishPlan', detail: 'The effective period is over.' };
        return quiet || found.document.waves.steps.length === 1
          ? { ...move, quiet }
          : { ...move, action: 'openWave', detail: `Wave ${opened} of ${found.document.waves.steps.length}` };
      },
      'schedule',
      now,
    );
    if (typeof plan === 'string') return;
    if (ended) changes.tell({ kind: 'messages', productKey: plan.document.product, deviceKeys: 'all' });
    changes.tell({ kind: 'plan', planId });
    if (plan.state.stopping !== null) await this.#stop(plan, plan.state.stopping);
    else if (plan.state.pushing && mayPush(plan, now)) await this.#push(plan);
  }

  /** Stops what was not confirmed. When a crash breaks it off it is due still, and begins again: stopping twice is harmless. */
  async #stop(plan: PlanRecord, reason: string): Promise<void> {
    await this.#overBegun(plan.id, (run, now) => {
      run.keep(step(run.plan, run.state, viewOf(run, now), { kind: 'stop', reason }, now, this.#random));
    });
    await this.#parts.store.plans.changePlan(
      plan.id,
      (found) => ({ quiet: true, state: { ...found.state, stopping: null } }),
      'schedule',
      this.#parts.clock.now(),
    );
  }

  async #overBegun(planId: string, work: (run: Run, now: number) => void): Promise<void> {
    const { store, clock, changes } = this.#parts;
    for (let afterRow = -1; ; ) {
      const now = clock.now();
      const pass = await store.plans.inPlan(planId, { kind: 'begun', afterRow }, chunk, now, (run) => {
        work(run, now);
        return true;
      });
      tellTouched(changes, pass?.touched ?? []);
      if (!pass?.last) return;
      afterRow = pass.last.row;
    }
  }

  /** Issues the plan to waiting devices that are online, in order, as long as there are places and the window is open. */
  async #push(plan: PlanRecord): Promise<void> {
    const { store, clock, changes } = this.#parts;
    let after: PushPlace = plan.state.pushedTo;
    let full = false;
    // While others wait their turn there are a few places at a time: as many are looked at, not hundreds for each of the few. Where those
    // have no way, more are looked at each time: the one that has may be far behind.
    let limit = Math.max(1, limits.devicesInProgress - plan.counts.inProgress);
    for (let over = false; !over; limit *= 2) {
      const now = clock.now();
      const waves = plan.state.waveOpenedAt.length;
      const pass = await store.plans.inPlan(
        plan.id,
        { kind: 'push', after, waves, onlineAt: now },
        Math.min(chunk, limit),
        now,
        (run) => {
          full = run.plan.counts.inProgress >= limits.devicesInProgress;
          over = full || !mayPush(run.plan, now);
          if (over) return false;
          const other = run.otherPlan();
          const event =
            other === null
              ? ({ kind: 'issue', cause: 'schedule' } as const)
              : ({ kind: 'postpone', reason: otherPlanReason(other) } as const);
          run.keep(step(run.plan, run.state, viewOf(run, now), event, now, this.#random));
          return true;
        },
      );
      tellTouched(changes, pass?.touched ?? []);
      after = pass?.last ?? after;
      over ||= !pass?.last;
    }
    await store.plans.changePlan(
      plan.id,
      (found) => {
        // A person may have suspended it meanwhile.
        if (!found.state.pushing) return null;
        return { quiet: true, state: { ...found.state, pushing: full, pushedTo: after } };
      },
      'schedule',
      clock.now(),
    );
  }
}

export function otherPlanReason(name: string): string {
  return `It waits until the plan “${name}” is done with the device.`;
}

/** Why a device that asks gets nothing now, `null` when the plan can be issued; an empty text: no need to say it. */
export function requestRefusal(run: Run, otherPlan: string | null, now: number): string | null {
  const { plan, state } = run;
  if (plan.status !== 'toBeUpgraded' && plan.status !== 'upgrading') return '';
  if (now < plan.start || now >= plan.end || state.phase !== 'waiting') return '';
  if (run.wave >= plan.state.waveOpenedAt.length) return 'It waits for its wave to open.';
  if (otherPlan !== null) return otherPlanReason(otherPlan);
  if (plan.counts.inProgress >= limits.devicesInProgress) {
    return `It waits for its turn: ${limits.devicesInProgress} devices are in progress.`;
  }
  return null;
}
