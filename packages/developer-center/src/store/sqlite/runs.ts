import { deviceStatuses } from '@otaplan/model';
import {
  type DeviceState,
  dueAt,
  isTold,
  type NewLogLine,
  packDeviceState,
  phases,
  type Step,
  settle,
  statusOf,
  unpackDeviceState,
} from '../../engine/index.ts';
import type { Run, Touched } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { appendAudit } from './audit.ts';
import { damaged, isPlanDeviceSound, logChecksum, planDeviceChecksum } from './checksums.ts';
import type { Database } from './database.ts';
import type { KeptRun } from './device-cache.ts';
import type { LivePlan } from './live-plan.ts';
import type { LivePlans } from './live-plans.ts';

type Row = NonNullable<ReturnType<Database['get']>>;

export const logCauseCodes = ['device', 'platform', 'user', 'schedule'] as const;
const issuedPhase = phases.indexOf('issued');

/** A device of a plan in a transaction: gathers what steps make of it and writes it once, with its log and counts. */
export class SqliteRun implements Run {
  readonly plan: LivePlan;
  readonly row: number;
  readonly wave: number;
  device: DeviceRecord;
  state: DeviceState;
  readonly #db: Database;
  readonly #plans: LivePlans;
  readonly #before: DeviceState;
  readonly #kept: KeptRun;
  readonly #toldBefore: boolean;
  #lines: readonly NewLogLine[] = [];

  constructor(db: Database, plans: LivePlans, device: DeviceRecord, kept: KeptRun) {
    this.#db = db;
    this.#plans = plans;
    this.#kept = kept;
    this.plan = kept.plan;
    this.device = device;
    this.row = kept.row;
    this.wave = kept.wave;
    this.state = kept.state;
    this.#before = kept.state;
    this.#toldBefore = isTold(kept.plan, kept.state);
  }

  keep(step: Step): void {
    this.state = step.state;
    // Usually the only step: its lines are taken as they are.
    this.#lines = this.#lines.length === 0 ? step.lines : [...this.#lines, ...step.lines];
  }

  otherPlan(): string | null {
    const rows = this.#db.all(
      'SELECT plan_row, phase, state FROM plan_device WHERE device_id = ? AND row <> ? AND phase = ?',
      this.device.id,
      this.row,
      issuedPhase,
    );
    for (const row of rows) {
      const plan = this.#plans.byRow(Number(row['plan_row']));
      if (isTold(plan, unpackDeviceState('issued', String(row['state'])))) return plan.document.name;
    }
    return null;
  }

  /** Writes the device, its log and its counts, and moves the plan on. `null`: nothing changed. */
  write(now: number): Touched | null {
    const before = this.#before;
    const after = this.state;
    const dueBefore = this.#kept.dueAt;
    let due = dueAt(this.plan, after);
    // An earlier look is harmless: so a time-out that every report puts off does not move in the index each time.
    if (due !== null && dueBefore !== null && dueBefore > now && dueBefore <= due) due = dueBefore;
    if (after === before && this.#lines.length === 0 && due === dueBefore) return null;
    this.#plans.touch(this.plan, now);
    const kept = this.#kept;
    for (const line of this.#lines) {
      const { time, component, attempt } = line;
      const text = storable(line.text);
      const reported = line.reported === null ? null : storable(line.reported);
      const cause = logCauseCodes.indexOf(line.cause);
      kept.lastLog = this.#db.run(
        'INSERT INTO log (before, time, component, attempt, cause, text, reported, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        kept.lastLog,
        time,
        component,
        attempt,
        cause,
        text,
        reported,
        logChecksum(kept.lastLog, time, component, attempt, cause, text, reported),
      ).id;
    }
    this.#lines = [];
    const statusBefore = kept.status;
    const status = after === before ? statusBefore : statusOf(after);
    const packed = packDeviceState(after);
    const phase = phases.indexOf(after.phase);
    const sum = planDeviceChecksum(this.plan.row, this.device.id, this.wave, phase, packed, due, kept.lastLog);
    // Columns with an index are named only when they change: naming them rewrites the index.
    if (after.phase === before.phase && status === statusBefore && due === dueBefore) {
      const sql = 'UPDATE plan_device SET state = ?, last_log = ?, row_checksum = ? WHERE row = ?';
      this.#db.run(sql, packed, kept.lastLog, sum, this.row);
    } else {
      this.#db.run(
        'UPDATE plan_device SET phase = ?, status = ?, state = ?, due_at = ?, last_log = ?, row_checksum = ? WHERE row = ?',
        phase,
        deviceStatuses[status].code,
        packed,
        due,
        kept.lastLog,
        sum,
        this.row,
      );
    }
    kept.state = after;
    kept.status = status;
    kept.dueAt = due;
    if (status !== statusBefore) {
      this.plan.counts.add(`d.${statusBefore}`, -1);
      this.plan.counts.add(`d.${status}`, 1);
    }
    this.#count(before, after);
    const started = before.startedAt === null && after.startedAt !== null;
    const move = settle(this.plan, this.plan.counts, started);
    if (move) {
      if (move.status === 'suspended' && this.plan.status !== 'suspended') {
        const [subject, detail] = [this.plan.document.name, move.state.reason ?? ''];
        appendAudit(this.#db, { time: now, who: 'schedule', action: 'haltPlan', subject, detail });
      }
      this.plan.change(move, now);
    }
    const told = isTold(this.plan, after);
    return {
      planId: this.plan.id,
      productKey: this.plan.document.product,
      deviceKey: this.device.deviceKey,
      status,
      statusChanged: status !== statusBefore,
      messageChanged: after !== before && (told || this.#toldBefore),
    };
  }

  #count(before: DeviceState, after: DeviceState): void {
    const { counts } = this.plan;
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

/** The counter of a device's failure: by the cause of its first failed component, for those behind failed with it. `null`: none. */
export function failureCounter(state: DeviceState): string | null {
  for (const { status, cause } of state.components) if (status === 'upgradeFailed') return `f.${storable(cause ?? '')}`;
  return null;
}

/** SQLite ends a text at NUL, and UTF-8 has no half surrogates: what comes back must be what was written. */
function storable(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** Reads a row of `plan_device`. @throws StoreError corrupt, when it is not what was written */
export function keptRunOf(plan: LivePlan, row: Row, deviceId: number): KeptRun {
  if (!isPlanDeviceSound(row, plan.row, deviceId)) {
    throw damaged(`row ${String(row['row'])} of the plan “${plan.document.name}”`);
  }
  const state = unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state']));
  return {
    row: Number(row['row']),
    plan,
    wave: Number(row['wave']),
    state,
    status: statusOf(state),
    dueAt: row['due_at'] === null ? null : Number(row['due_at']),
    lastLog: Number(row['last_log']),
  };
}

export function isFailedForGood(state: DeviceState): boolean {
  return state.phase === 'ended' && statusOf(state) === 'upgradeFailed';
}
