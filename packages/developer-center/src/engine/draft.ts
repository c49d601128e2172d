import { type ComponentStatus, mayFollow, mayStartAttempt, type Plan, type PlanStatus } from '@otaplan/model';
import type { ReportedVersion } from '../store/registry.ts';
import type { ComponentState, DeviceState } from './device-state.ts';

export type LogCause = 'device' | 'platform' | 'user' | 'schedule';

/** A line for a component's log, before it has an id. `component` is its place in the plan. */
export interface NewLogLine {
  readonly time: number;
  readonly component: number;
  readonly attempt: number;
  readonly cause: LogCause;
  readonly text: string;
  readonly reported: string | null;
}

/** What the engine must know of a plan to move one of its devices. */
export interface PlanView {
  readonly status: PlanStatus;
  readonly document: Pick<Plan, 'name' | 'product' | 'mode' | 'conditions' | 'retry' | 'components'>;
  /** Effective period, as instants. */
  readonly start: number;
  readonly end: number;
}

/** What is known of the device itself. */
export interface DeviceView {
  readonly versions: readonly ReportedVersion[];
  readonly online: boolean;
  /** The end user's switch: manual plans confirm themselves inside their push period. */
  readonly autoUpgrade: boolean;
}

/** Whether devices may begin: the plan is neither suspended nor over. */
export function isOpen(plan: PlanView): boolean {
  return plan.status === 'toBeUpgraded' || plan.status === 'upgrading';
}

/** Whether a device may go on: the plan is open, or the device confirmed before it was stopped. */
export function mayGoOn(plan: PlanView, device: DeviceState): boolean {
  return isOpen(plan) || device.confirmed;
}

interface OwnState extends Omit<DeviceState, 'components'> {
  readonly components: ComponentState[];
}

/** A device's state under change, with the log lines that tell the change. Every change of status goes through {@link move}. */
export class Draft {
  readonly plan: PlanView;
  readonly facts: DeviceView;
  readonly now: number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly lines: NewLogLine[] = [];
  state: DeviceState;
  /** The state once it is a copy of our own: changed in place from then on, for a report changes it several times. */
  #own: OwnState | null = null;

  constructor(plan: PlanView, state: DeviceState, facts: DeviceView, now: number, random: () => number) {
    this.plan = plan;
    this.state = state;
    this.facts = facts;
    this.now = now;
    this.random = random;
  }

  component(index: number): ComponentState {
    const component = this.state.components[index];
    if (!component) throw new RangeError(`The device has no component ${index}.`);
    return component;
  }

  /** Identifier and target of a component. */
  wanted(index: number) {
    const component = this.plan.document.components[index];
    if (!component) throw new RangeError(`The plan has no component ${index}.`);
    return component;
  }

  set(change: Partial<DeviceState>): void {
    Object.assign(this.#owned(), change);
  }

  setComponent(index: number, change: Partial<ComponentState>): void {
    this.#owned().components[index] = { ...this.component(index), ...change };
  }

  #owned(): OwnState {
    if (this.#own === null) {
      this.#own = { ...this.state, components: [...this.state.components] };
      this.state = this.#own;
    }
    return this.#own;
  }

  log(index: number, cause: LogCause, text: string, reported: string | null = null): void {
    const { attempt } = this.component(index);
    this.lines.push({ time: this.now, component: index, attempt, cause, text, reported });
  }

  /** Moves a component within its attempt. Throws where the table of section 5 has no such way: a fault of the engine. */
  move(index: number, to: ComponentStatus, change: Partial<ComponentState> = {}): void {
    const from = this.component(index).status;
    if (!mayFollow(from, to)) throw new Error(`A component cannot go from ${from} to ${to}.`);
    this.setComponent(index, { ...change, status: to, updatedAt: this.now });
    if (to === 'planReceived' && this.state.startedAt === null) this.set({ startedAt: this.now });
  }

  /** Begins a further attempt of a failed component: it has the plan, everything else starts over. */
  beginAttempt(index: number, retries: number): void {
    const { status, attempt } = this.component(index);
    if (!mayStartAttempt(status)) throw new Error(`No attempt can begin from ${status}.`);
    this.setComponent(index, {
      status: 'planReceived',
      attempt: attempt + 1,
      retries,
      retryAt: null,
      source: this.version(index),
      progress: 0,
      updatedAt: this.now,
      cause: null,
      available: false,
    });
    this.set({ ignored: 0, lastIgnored: null });
  }

  /** The version that the device last reported for a component, `null` when it never did. */
  version(index: number): string | null {
    const { identifier, type } = this.wanted(index);
    return this.facts.versions.find((v) => v.identifier === identifier && v.type === type)?.version ?? null;
  }

  /** The first component that is not done, -1 when all are. */
  current(): number {
    return this.state.components.findIndex((c) => c.status !== 'upgradeSucceeded' && c.status !== 'noUpdateRequired');
  }
}
