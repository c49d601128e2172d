import type { ParsedBodyOf, RetryReply, retryPlan } from '@otaplan/api';
import { limitsOfLists } from '@otaplan/api';
import { limits, planStatuses } from '@otaplan/model';
import { isInPeriod, step } from '../engine/index.ts';
import type { PlanRecord, Run, Selection } from '../store/plans.ts';
import type { Who } from './center.ts';
import { type Parts, planOf, randomOf, tellTouched, viewOf } from './parts.ts';
import { ProblemError } from './problem-error.ts';

const chunk = 500;

/** Retries that people ask for (section 6, rule 9). */
export class RetryDesk {
  readonly #parts: Parts;
  readonly #random: () => number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#random = randomOf(parts.randomBytes);
  }

  /** Retries some or all failed devices; each is told by itself whether it was accepted. */
  async retry(planId: string, body: ParsedBodyOf<typeof retryPlan>, who: Who): Promise<RetryReply> {
    const { store, clock } = this.#parts;
    const plan = await planOf(store, planId);
    const refusal = planRefusal(plan, clock.now());
    if (refusal !== null) throw new ProblemError('retry-refused', refusal);
    const reply: RetryReply = { accepted: [], refused: [], acceptedTotal: 0, refusedTotal: 0 };
    if ('devices' in body) {
      const keys = [...new Set(body.devices)];
      for (let from = 0; from < keys.length; from += chunk) {
        const deviceKeys = keys.slice(from, from + chunk);
        const known = new Set<string>();
        await this.#over(planId, { kind: 'keys', deviceKeys }, chunk + 1, who, reply, known);
        for (const key of deviceKeys) if (!known.has(key)) refuse(reply, key, 'The device is not in the plan.');
      }
    } else {
      for (let afterRow: number | null = -1; afterRow !== null; ) {
        afterRow = await this.#over(planId, { kind: 'failed', afterRow }, chunk, who, reply, new Set());
      }
    }
    const detail = `${reply.acceptedTotal} accepted, ${reply.refusedTotal} refused`;
    const subject = plan.document.name;
    await store.registry.appendAudit({
      account: plan.account,
      time: clock.now(),
      who,
      action: 'retryPlan',
      subject,
      detail,
    });
    return reply;
  }

  async #over(
    planId: string,
    selection: Selection,
    limit: number,
    who: Who,
    reply: RetryReply,
    known: Set<string>,
  ): Promise<number | null> {
    const { store, clock, changes } = this.#parts;
    const now = clock.now();
    const results: [string, string | null][] = [];
    const pass = await store.plans.inPlan(planId, selection, limit, now, (run) => {
      results.push([run.device.deviceKey, this.#retry(run, who, now)]);
      return true;
    });
    for (const [deviceKey, reason] of results) {
      known.add(deviceKey);
      if (reason !== null) refuse(reply, deviceKey, reason);
      else {
        reply.acceptedTotal++;
        if (reply.accepted.length < limitsOfLists.retryNamed) reply.accepted.push(deviceKey);
      }
    }
    tellTouched(changes, pass?.touched ?? []);
    return pass?.last?.row ?? null;
  }

  #retry(run: Run, who: Who, now: number): string | null {
    const refusal = planRefusal(run.plan, now);
    if (refusal !== null) return refusal;
    const view = viewOf(run, now);
    const holdsPlace = run.state.phase === 'issued';
    const place = holdsPlace || run.plan.counts.inProgress < limits.devicesInProgress;
    const begin = view.online && place && run.otherPlan() === null;
    const taken = step(run.plan, run.state, view, { kind: 'retry', who, begin }, now, this.#random);
    run.keep(taken);
    return taken.result.result === 'ignored' ? taken.result.reason : null;
  }
}

function refuse(reply: RetryReply, deviceKey: string, reason: string): void {
  reply.refusedTotal++;
  if (reply.refused.length < limitsOfLists.retryNamed) reply.refused.push({ deviceKey, reason });
}

function planRefusal(plan: PlanRecord, now: number): string | null {
  if (plan.document.mode.kind === 'manual') return 'The plan is manual: only the end user retries.';
  if (plan.status !== 'upgrading') {
    return `The plan is ${planStatuses[plan.status].label}; only devices of a plan that is Upgrading are retried.`;
  }
  return isInPeriod(plan, now) ? null : 'It is outside the plan’s effective period.';
}
