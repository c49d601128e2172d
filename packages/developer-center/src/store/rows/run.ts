import { type DeviceStatus, deviceStatuses, deviceStatusNames } from '@otaplan/model';
import { type DeviceState, packDeviceState, phases, statusOf, unpackDeviceState } from '../../engine/index.ts';
import type { PlanDeviceRow } from '../plans.ts';
import type { KeptPlan } from './plan.ts';
import { numberOrNull, type Row } from './row.ts';

/** A row of a device in a plan, as it stands in the database. */
export interface KeptRun<P extends KeptPlan = KeptPlan> {
  readonly plan: P;
  readonly row: number;
  readonly wave: number;
  state: DeviceState;
  /** Follows from the state. */
  status: DeviceStatus;
  dueAt: number | null;
}

export function keptRunOf<P extends KeptPlan>(plan: P, row: Row): KeptRun<P> {
  const state = stateOf(row);
  return {
    plan,
    row: Number(row['row']),
    wave: Number(row['wave']),
    state,
    status: statusOf(state),
    dueAt: numberOrNull(row['due_at']),
  };
}

/** A device's state from its row in a plan. Throws when that is not what was written. */
export function stateOf(row: Row): DeviceState {
  return unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state']));
}

/** The columns of a device in a plan that change. */
export interface RunColumns {
  readonly phase: number;
  readonly status: number;
  readonly state: string;
  readonly dueAt: number | null;
}

export function runColumnsOf({ state, status, dueAt: due }: KeptRun): RunColumns {
  return {
    phase: phases.indexOf(state.phase),
    status: deviceStatuses[status].code,
    state: packDeviceState(state),
    dueAt: due,
  };
}

/** A row of `plan_device` with the key and `online_until` of its device. */
export function planDeviceOf(row: Row): PlanDeviceRow {
  return {
    deviceKey: String(row['key']),
    onlineUntil: Number(row['online_until']),
    wave: Number(row['wave']),
    status: deviceStatusNames.find((name) => deviceStatuses[name].code === row['status']) ?? 'notUpgraded',
    state: stateOf(row),
  };
}
