import { isTold, phases, unpackDeviceState } from '../../engine/index.ts';
import type { Touched } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { logColumnsOf } from '../rows/log.ts';
import { OpenRun } from '../rows/open-run.ts';
import { keptRunOf as readRun, runColumnsOf } from '../rows/run.ts';
import { appendAudit } from './audit.ts';
import { damaged, isPlanDeviceSound, logChecksum, planDeviceChecksum } from './checksums.ts';
import type { Database, Row } from './database.ts';
import type { KeptRun } from './device-cache.ts';
import type { LivePlan } from './live-plan.ts';
import type { LivePlans } from './live-plans.ts';

const issuedPhase = phases.indexOf('issued');

/** A device of a plan in a transaction: gathers what steps make of it and writes it once, with its log and counts. */
export class SqliteRun extends OpenRun<LivePlan> {
  readonly #db: Database;
  readonly #plans: LivePlans;
  readonly #kept: KeptRun;

  constructor(db: Database, plans: LivePlans, device: DeviceRecord, kept: KeptRun) {
    super(device, kept);
    this.#db = db;
    this.#plans = plans;
    this.#kept = kept;
  }

  override otherPlan(): string | null {
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
    const finished = this.finish(now);
    if (!finished) return null;
    const kept = this.#kept;
    this.#plans.touch(this.plan, now);
    for (const line of finished.lines) {
      const { time, component, attempt, cause, text, reported } = logColumnsOf(line);
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
    const { phase, status, state, dueAt } = runColumnsOf(kept);
    const sum = planDeviceChecksum(this.plan.row, this.device.id, this.wave, phase, state, dueAt, kept.lastLog);
    // Columns with an index are named only when they change: naming them rewrites the index.
    if (finished.indexed) {
      this.#db.run(
        'UPDATE plan_device SET phase = ?, status = ?, state = ?, due_at = ?, last_log = ?, row_checksum = ? WHERE row = ?',
        phase,
        status,
        state,
        dueAt,
        kept.lastLog,
        sum,
        this.row,
      );
    } else {
      const sql = 'UPDATE plan_device SET state = ?, last_log = ?, row_checksum = ? WHERE row = ?';
      this.#db.run(sql, state, kept.lastLog, sum, this.row);
    }
    if (finished.audit) appendAudit(this.#db, finished.audit);
    return finished.touched;
  }
}

/** Reads a row of `plan_device`. @throws StoreError corrupt, when it is not what was written */
export function keptRunOf(plan: LivePlan, row: Row, deviceId: number): KeptRun {
  if (!isPlanDeviceSound(row, plan.row, deviceId)) {
    throw damaged(`row ${String(row['row'])} of the plan “${plan.document.name}”`);
  }
  return { ...readRun(plan, row), lastLog: Number(row['last_log']) };
}
