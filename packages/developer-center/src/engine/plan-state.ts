import {
  type HaltCondition,
  isActivated,
  isWindowOpen,
  limits,
  nextPushTick,
  type Plan,
  type PlanStatus,
} from '@otaplan/model';

/** The counts of a plan on which its own moves depend. */
export interface Tally {
  /** Devices that hold one of the places in progress. */
  readonly inProgress: number;
  readonly upgraded: number;
  /** Failed with no attempt left. */
  readonly failedForGood: number;
}

/** A place in the order of a push: wave, then the row of the device in its plan. */
export interface PushPlace {
  readonly wave: number;
  readonly row: number;
}
const pushStart: PushPlace = { wave: -1, row: -1 };

/** What a plan remembers beside its status. Instants are milliseconds. */
export interface PlanState {
  readonly activatedAt: number | null;
  readonly endedAt: number | null;
  /** Why and by whom it is suspended, terminated or halted. */
  readonly reason: string | null;
  readonly suspendedFrom: 'toBeUpgraded' | 'upgrading' | null;
  /** When each wave opened, for those that have. */
  readonly waveOpenedAt: readonly number[];
  /** The next push on the clock, for plans that push. */
  readonly nextTickAt: number | null;
  /** A push is under way or ended for want of places: it goes on as soon as it can. */
  readonly pushing: boolean;
  /** How far that push has come, in order of wave and device. */
  readonly pushedTo: PushPlace;
  /** Devices decided before a person resumed the plan: the halt condition looks at those after. */
  readonly haltBaseline: { readonly upgraded: number; readonly failedForGood: number };
  /** The devices are being stopped, for this reason. */
  readonly stopping: string | null;
  /** Its devices are being laid down; after a crash they are thrown away. */
  readonly activating: boolean;
}

export const newPlanState: PlanState = {
  activatedAt: null,
  endedAt: null,
  reason: null,
  suspendedFrom: null,
  waveOpenedAt: [],
  nextTickAt: null,
  pushing: false,
  pushedTo: pushStart,
  haltBaseline: { upgraded: 0, failedForGood: 0 },
  stopping: null,
  activating: false,
};

/** A plan as its own rules see it. */
export interface PlanMachine {
  readonly status: PlanStatus;
  readonly document: Pick<Plan, 'mode' | 'waves' | 'effective'>;
  readonly start: number;
  readonly end: number;
  readonly state: PlanState;
}

/** What is to be done with a plan now. */
export interface PlanMove {
  readonly status: PlanStatus;
  readonly state: PlanState;
}

const minute = 60_000;
const tickMs = limits.pushTickMinutes * minute;

/** Whether the plan pushes by the clock. Devices of `on request only` ask. */
export function pushesActively(plan: PlanMachine): boolean {
  return plan.document.mode.push !== 'onRequest';
}

/** Whether a push may happen at an instant: open, inside the period and the push period on the zone's clock. */
export function mayPush(plan: PlanMachine, now: number): boolean {
  if (plan.status !== 'toBeUpgraded' && plan.status !== 'upgrading') return false;
  if (!pushesActively(plan) || !isInPeriod(plan, now) || plan.state.waveOpenedAt.length === 0) return false;
  const { push } = plan.document.mode;
  return push === 'any' || (typeof push === 'object' && isWindowOpen(push, plan.document.effective.zone, now));
}

export function isInPeriod(plan: PlanMachine, now: number): boolean {
  return now >= plan.start && now < plan.end;
}

/** When the next wave may open, `null` when all are or none may. */
export function nextWaveAt(plan: PlanMachine): number | null {
  const opened = plan.state.waveOpenedAt.length;
  const { steps } = plan.document.waves;
  if (opened >= steps.length) return null;
  const last = plan.state.waveOpenedAt.at(-1);
  return last === undefined ? plan.start : last + (steps[opened - 1]?.waitMinutes ?? 0) * minute;
}

/**
 * What time alone brings to a plan: its end, its start and later waves, push ticks. A clock that was set back brings nothing again.
 * @returns `null` when nothing is due
 */
export function planDue(plan: PlanMachine, now: number): PlanMove | null {
  if (!isActivated(plan.status)) return null;
  if (now >= plan.end) {
    const reason = plan.state.reason;
    const state = { ...plan.state, endedAt: now, stopping: 'The effective period is over.', pushing: false, reason };
    return { status: 'finished', state: { ...state, nextTickAt: null, suspendedFrom: null } };
  }
  if (plan.status === 'suspended' || now < plan.start) return null;
  let state = plan.state;
  const wave = nextWaveAt(plan);
  if (wave !== null && wave <= now) {
    state = {
      ...state,
      waveOpenedAt: [...state.waveOpenedAt, now],
      pushing: pushesActively(plan),
      pushedTo: pushStart,
    };
  }
  const tick = nextTick(plan, now);
  if (tick !== state.nextTickAt) {
    const passed = state.nextTickAt !== null && state.nextTickAt <= now;
    state = { ...state, nextTickAt: tick };
    if (passed) state = { ...state, pushing: true, pushedTo: pushStart };
  }
  return state === plan.state ? null : { status: plan.status, state };
}

/** The tick that is laid down; one further off than a tick lasts is of a clock that was set back. */
function nextTick(plan: PlanMachine, now: number): number | null {
  if (!pushesActively(plan)) return null;
  const known = plan.state.nextTickAt;
  if (known !== null && known > now && known <= now + tickMs) return known;
  return nextPushTick(plan.document.effective.zone, now, limits.pushTickMinutes);
}

/** When a plan must be looked at next, `null` for never. `now` for a push that goes on or devices that are being stopped. */
export function planDueAt(plan: PlanMachine, tally: Tally, now: number): number | null {
  if (plan.state.stopping !== null) return now;
  if (!isActivated(plan.status)) return null;
  if (plan.status === 'suspended') return plan.end;
  if (plan.state.waveOpenedAt.length === 0) return Math.min(plan.start, plan.end);
  const places = limits.devicesInProgress - tally.inProgress;
  const times = [plan.end, nextWaveAt(plan), plan.state.nextTickAt];
  if (plan.state.pushing && places > 0 && mayPush(plan, now)) times.push(now);
  return Math.min(...times.filter((time) => time !== null));
}

/**
 * What the plan's own devices bring to it: the first that starts makes it Upgrading; too many failures suspend it.
 * @param started whether any device has received the plan
 */
export function settle(plan: PlanMachine, tally: Tally, started: boolean): PlanMove | null {
  let { status, state } = plan;
  if (started && status === 'toBeUpgraded') status = 'upgrading';
  if (started && status === 'suspended' && state.suspendedFrom === 'toBeUpgraded') {
    state = { ...state, suspendedFrom: 'upgrading' };
  }
  const reason = status === 'upgrading' ? haltReason(plan.document.waves.halt, state, tally) : null;
  if (reason !== null) {
    state = { ...state, reason, suspendedFrom: 'upgrading', pushing: false };
    status = 'suspended';
  }
  return status === plan.status && state === plan.state ? null : { status, state };
}

/** Why the rollout halts, `null` when it does not: more than the share of the decided devices failed for good. */
export function haltReason(halt: HaltCondition | null, state: PlanState, tally: Tally): string | null {
  if (!halt) return null;
  const failed = tally.failedForGood - state.haltBaseline.failedForGood;
  const decided = failed + tally.upgraded - state.haltBaseline.upgraded;
  if (decided < halt.sample || decided <= 0 || failed * 100 <= halt.failedPercent * decided) return null;
  const share = Math.round((failed / decided) * 10_000) / 100;
  return `Halted: ${failed} of ${decided} devices failed (${share} %), more than the ${halt.failedPercent} % that the plan allows of at least ${halt.sample}.`;
}

/** A person suspends an open plan. */
export function suspend(plan: PlanMachine, who: string): PlanMove {
  const from = plan.status === 'upgrading' ? 'upgrading' : 'toBeUpgraded';
  const state = { ...plan.state, reason: `Suspended by ${who}.`, suspendedFrom: from, pushing: false } as const;
  return { status: 'suspended', state };
}

/** A person resumes a suspended plan: it is what it was, and a push goes on where one may. */
export function resume(plan: PlanMachine, tally: Tally): PlanMove {
  const state = {
    ...plan.state,
    reason: null,
    suspendedFrom: null,
    pushing: pushesActively(plan),
    pushedTo: pushStart,
    haltBaseline: { upgraded: tally.upgraded, failedForGood: tally.failedForGood },
  };
  return { status: plan.state.suspendedFrom ?? 'upgrading', state };
}

/** A person ends a plan for good. */
export function terminate(plan: PlanMachine, who: string, now: number): PlanMove {
  const reason = `Terminated by ${who}.`;
  const state = { ...plan.state, reason, stopping: `The plan was terminated by ${who}.`, endedAt: now };
  return { status: 'forcedTermination', state: { ...state, pushing: false, nextTickAt: null, suspendedFrom: null } };
}
