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
import type { DeviceRecord, NewAudit } from '../registry.ts';
import { appendAudit } from './audit.ts';
import type { Queries, Row } from './database.ts';
import type { PlanRow } from './plan-row.ts';
import { packVersions } from './registry.ts';

export const logCauseCodes = ['device', 'platform', 'user', 'schedule'] as const;
export const runColumns = 'plan_row, row, device_id, wave, phase, state, due_at';

/** A row of `plan_device` inside a transaction. */
export interface KeptRun {
  readonly plan: PlanRow;
  readonly row: number;
  readonly wave: number;
  state: DeviceState;
  dueAt: number | null;
}

export function keptRunOf(plan: PlanRow, row: Row): KeptRun {
  return {
    plan,
    row: Number(row['row']),
    wave: Number(row['wave']),
    state: unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state'])),
    dueAt: row['due_at'] === null ? null : Number(row['due_at']),
  };
}

/** What a transaction over devices gathers in memory, and writes in a handful of statements however many devices there are. */
export class Gathered {
  readonly #runs = new Set<KeptRun>();
  readonly #devices = new Map<number, DeviceRecord>();
  readonly #plans = new Set<PlanRow>();
  readonly #lines: { run: KeptRun; line: NewLogLine }[] = [];
  readonly #audit: NewAudit[] = [];

  device(device: DeviceRecord): void {
    this.#devices.set(device.id, device);
  }

  run(run: KeptRun, lines: readonly NewLogLine[]): void {
    this.#runs.add(run);
    this.#plans.add(run.plan);
    for (const line of lines) this.#lines.push({ run, line });
  }

  audit(entry: NewAudit): void {
    this.#audit.push(entry);
  }

  async write(queries: Queries, slot: number, now: number): Promise<void> {
    await this.#writeDevices(queries);
    await this.#writeRuns(queries);
    await this.#writeLog(queries);
    for (const plan of [...this.#plans].sort((a, b) => a.row - b.row)) await plan.write(queries, slot, now);
    for (const entry of this.#audit) await appendAudit(queries, entry);
  }

  async #writeDevices(queries: Queries): Promise<void> {
    const devices = [...this.#devices.values()];
    if (devices.length === 0) return;
    await queries.run(
      `UPDATE device SET versions = g.versions, battery = g.battery, signal = g.signal, last_reports = g.last_reports,
       online_until = g.online_until, last_seen = g.last_seen
       FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::float8[], $5::text[], $6::bigint[], $7::bigint[])
       AS g (id, versions, battery, signal, last_reports, online_until, last_seen) WHERE device.id = g.id`,
      devices.map((device) => device.id),
      devices.map((device) => packVersions(device.versions)),
      devices.map((device) => device.battery),
      devices.map((device) => device.signal),
      devices.map((device) => JSON.stringify(device.lastReports)),
      devices.map((device) => device.onlineUntil),
      devices.map((device) => device.lastSeen),
    );
  }

  async #writeRuns(queries: Queries): Promise<void> {
    const runs = [...this.#runs];
    if (runs.length === 0) return;
    await queries.run(
      `UPDATE plan_device AS d SET phase = g.phase, status = g.status, state = g.state, due_at = g.due_at
       FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::text[], $6::bigint[])
       AS g (plan_row, row, phase, status, state, due_at) WHERE d.plan_row = g.plan_row AND d.row = g.row`,
      runs.map((run) => run.plan.row),
      runs.map((run) => run.row),
      runs.map((run) => phases.indexOf(run.state.phase)),
      runs.map((run) => deviceStatuses[statusOf(run.state)].code),
      runs.map((run) => packDeviceState(run.state)),
      runs.map((run) => run.dueAt),
    );
  }

  async #writeLog(queries: Queries): Promise<void> {
    const lines = this.#lines;
    if (lines.length === 0) return;
    await queries.run(
      `INSERT INTO log (plan_row, row, time, component, attempt, cause, text, reported)
       SELECT plan_row, row, time, component, attempt, cause, text, reported FROM unnest($1::bigint[], $2::int[], $3::bigint[],
         $4::smallint[], $5::int[], $6::smallint[], $7::text[], $8::text[]) WITH ORDINALITY
         AS g (plan_row, row, time, component, attempt, cause, text, reported, place) ORDER BY place`,
      lines.map(({ run }) => run.plan.row),
      lines.map(({ run }) => run.row),
      lines.map(({ line }) => line.time),
      lines.map(({ line }) => line.component),
      lines.map(({ line }) => line.attempt),
      lines.map(({ line }) => logCauseCodes.indexOf(line.cause)),
      lines.map(({ line }) => line.text),
      lines.map(({ line }) => line.reported),
    );
  }
}

/** A device of a plan as the rules get it. What they make of it counts when it is finished. */
export class PostgresRun implements Run {
  readonly plan: PlanRow;
  readonly row: number;
  readonly wave: number;
  device: DeviceRecord;
  state: DeviceState;
  readonly #kept: KeptRun;
  readonly #others: readonly KeptRun[];
  readonly #toldBefore: boolean;
  #lines: NewLogLine[] = [];

  /** @param others the device's rows in other plans, of those at least that are issued to it */
  constructor(device: DeviceRecord, kept: KeptRun, others: readonly KeptRun[]) {
    this.#kept = kept;
    this.#others = others;
    this.plan = kept.plan;
    this.device = device;
    this.row = kept.row;
    this.wave = kept.wave;
    this.state = kept.state;
    this.#toldBefore = isTold(kept.plan, kept.state);
  }

  keep(step: Step): void {
    this.state = step.state;
    this.#lines.push(...step.lines);
  }

  otherPlan(): string | null {
    const told = this.#others.find((other) => other !== this.#kept && isTold(other.plan, other.state));
    return told?.plan.document.name ?? null;
  }

  /** Hands over what there is to write, counts it, and moves the plan on. `null`: nothing changed. */
  finish(gathered: Gathered, now: number): Touched | null {
    const kept = this.#kept;
    const [before, after] = [kept.state, this.state];
    const dueBefore = kept.dueAt;
    let due = dueAt(this.plan, after);
    // An earlier look is harmless: so a time-out that every report puts off does not move in the index each time.
    if (due !== null && dueBefore !== null && dueBefore > now && dueBefore <= due) due = dueBefore;
    if (after === before && this.#lines.length === 0 && due === dueBefore) return null;
    kept.state = after;
    kept.dueAt = due;
    gathered.run(kept, this.#lines);
    this.#lines = [];
    const [statusBefore, status] = [statusOf(before), statusOf(after)];
    const { counts } = this.plan;
    if (status !== statusBefore) {
      counts.add(`d.${statusBefore}`, -1);
      counts.add(`d.${status}`, 1);
    }
    this.#count(before, after);
    const move = settle(this.plan, counts, before.startedAt === null && after.startedAt !== null);
    if (move) {
      if (move.status === 'suspended' && this.plan.status !== 'suspended') {
        const [subject, detail] = [this.plan.document.name, move.state.reason ?? ''];
        gathered.audit({ time: now, who: 'schedule', action: 'haltPlan', subject, detail });
      }
      this.plan.change(move, now);
    }
    return {
      planId: this.plan.id,
      productKey: this.plan.document.product,
      deviceKey: this.device.deviceKey,
      status,
      statusChanged: status !== statusBefore,
      messageChanged: after !== before && (isTold(this.plan, after) || this.#toldBefore),
    };
  }

  #count(before: DeviceState, after: DeviceState): void {
    const { counts } = this.plan;
    for (const [index, component] of after.components.entries()) {
      const old = before.components[index];
      if (!old || old.status === component.status) continue;
      counts.add(`c.${index}.${old.status}`, -1);
      counts.add(`c.${index}.${component.status}`, 1);
    }
    const places = Number(after.phase === 'issued') - Number(before.phase === 'issued');
    if (places !== 0) counts.add('inProgress', places);
    const failed = Number(isFailedForGood(after)) - Number(isFailedForGood(before));
    if (failed !== 0) counts.add('failedForGood', failed);
  }
}

export function isFailedForGood(state: DeviceState): boolean {
  return state.phase === 'ended' && statusOf(state) === 'upgradeFailed';
}
