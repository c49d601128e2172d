import { type DeviceState, statusOf } from '../../engine/index.ts';
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
