import type { DeviceStatus } from '@otaplan/model';
import { type DeviceState, dueAt, isTold, type NewLogLine, type Step, settle, statusOf } from '../../engine/index.ts';
import type { Run, Touched } from '../plans.ts';
import type { DeviceRecord, NewAudit } from '../registry.ts';
import { failureCounter, isFailedForGood } from './failures.ts';
import type { KeptPlan } from './plan.ts';
import type { KeptRun } from './run.ts';

/** What a transaction made of a device, to be written. */
export interface Finished {
  readonly lines: readonly NewLogLine[];
  /** Phase, status or due time changed: columns with an index. */
  readonly indexed: boolean;
  /** What the device's step made of its plan, for the audit trail. */
  readonly audit: NewAudit | null;
  readonly touched: Touched;
}

/** A device of a plan as the rules get it inside a transaction. What they make of it counts when it is finished. */
export abstract class OpenRun<P extends KeptPlan = KeptPlan> implements Run {
  readonly plan: P;
  readonly row: number;
  readonly wave: number;
  device: DeviceRecord;
  state: DeviceState;
  protected readonly kept: KeptRun<P>;
  readonly #toldBefore: boolean;
  #lines: readonly NewLogLine[] = [];

  constructor(device: DeviceRecord, kept: KeptRun<P>) {
    this.kept = kept;
    this.plan = kept.plan;
    this.device = device;
    this.row = kept.row;
    this.wave = kept.wave;
    this.state = kept.state;
    this.#toldBefore = isTold(kept.plan, kept.state);
  }

  abstract otherPlan(): string | null;

  keep(step: Step): void {
    this.state = step.state;
    // Usually the only step: its lines are taken as they are.
    this.#lines = this.#lines.length === 0 ? step.lines : [...this.#lines, ...step.lines];
  }

  /** Takes over what the steps made of it, counts it, and moves the plan on. `null`: there is nothing to write. */
  finish(now: number): Finished | null {
    const { kept, plan } = this;
    const [before, after] = [kept.state, this.state];
    const dueBefore = kept.dueAt;
    let due = dueAt(plan, after);
    // An earlier look is harmless: so a time-out that every report puts off does not move in the index each time.
    if (due !== null && dueBefore !== null && dueBefore > now && dueBefore <= due) due = dueBefore;
    const lines = this.#lines;
    if (after === before && lines.length === 0 && due === dueBefore) return null;
    this.#lines = [];
    const statusBefore = kept.status;
    const status = after === before ? statusBefore : statusOf(after);
    kept.state = after;
    kept.status = status;
    kept.dueAt = due;
    this.#count(before, after, statusBefore, status);
    return {
      lines,
      indexed: after.phase !== before.phase || status !== statusBefore || due !== dueBefore,
      audit: this.#movePlan(before.startedAt === null && after.startedAt !== null, now),
      touched: {
        planId: plan.id,
        productKey: plan.document.product,
        deviceKey: this.device.deviceKey,
        status,
        statusChanged: status !== statusBefore,
        messageChanged: after !== before && (isTold(plan, after) || this.#toldBefore),
      },
    };
  }

  #movePlan(started: boolean, now: number): NewAudit | null {
    const { plan } = this;
    const move = settle(plan, plan.counts, started);
    if (!move) return null;
    const halted = move.status === 'suspended' && plan.status !== 'suspended';
    plan.change(move, now);
    if (!halted) return null;
    const { account, document } = plan;
    const detail = move.state.reason ?? '';
    return { account, time: now, who: 'schedule', action: 'haltPlan', subject: document.name, detail };
  }

  #count(before: DeviceState, after: DeviceState, statusBefore: DeviceStatus, status: DeviceStatus): void {
    const { counts } = this.plan;
    if (status !== statusBefore) {
      counts.add(`d.${statusBefore}`, -1);
      counts.add(`d.${status}`, 1);
    }
    for (let index = 0; index < after.components.length; index++) {
      const [old, component] = [before.components[index], after.components[index]];
      if (!old || !component || old.status === component.status) continue;
      counts.moveComponent(index, old.status, component.status);
    }
    const [failureBefore, failure] = [failureCounter(before), failureCounter(after)];
    if (failureBefore !== failure) {
      if (failureBefore !== null) counts.add(failureBefore, -1);
      if (failure !== null) counts.add(failure, 1);
    }
    const places = Number(after.phase === 'issued') - Number(before.phase === 'issued');
    if (places !== 0) counts.add('inProgress', places);
    const failed = Number(isFailedForGood(after)) - Number(isFailedForGood(before));
    if (failed !== 0) counts.add('failedForGood', failed);
  }
}
