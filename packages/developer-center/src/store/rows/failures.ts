import { type DeviceState, statusOf } from '../../engine/index.ts';
import type { Counts } from './counts.ts';
import type { Row } from './row.ts';
import { stateOf } from './run.ts';
import { storableText } from './text.ts';

/** The counter of a device's failure: by the cause of its first failed component, for those behind failed with it. `null`: none. */
export function failureCounter(state: DeviceState): string | null {
  for (const { status, cause } of state.components) {
    if (status === 'upgradeFailed') return `f.${storableText(cause ?? '')}`;
  }
  return null;
}

export function isFailedForGood(state: DeviceState): boolean {
  return state.phase === 'ended' && statusOf(state) === 'upgradeFailed';
}

/** Takes a device that is deleted out of the counters of its plan. */
export function uncount(counts: Counts, state: DeviceState, wave: number): void {
  counts.add(`d.${statusOf(state)}`, -1);
  counts.add(`w.${wave}`, -1);
  for (const [index, { status }] of state.components.entries()) counts.add(`c.${index}.${status}`, -1);
  const failure = failureCounter(state);
  if (failure !== null) counts.add(failure, -1);
  if (state.phase === 'issued') counts.add('inProgress', -1);
  if (isFailedForGood(state)) counts.add('failedForGood', -1);
}

/** Counts failed devices by cause anew, from their rows in plans: by plan, then by counter. */
export function countFailures(rows: Iterable<Row>): Map<number, Map<string, number>> {
  const plans = new Map<number, Map<string, number>>();
  for (const row of rows) {
    const name = failureCounter(stateOf(row));
    if (name === null) continue;
    const plan = Number(row['plan_row']);
    const counters = plans.get(plan) ?? new Map<string, number>();
    plans.set(plan, counters.set(name, (counters.get(name) ?? 0) + 1));
  }
  return plans;
}
