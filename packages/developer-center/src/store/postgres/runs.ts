import { isTold, type NewLogLine, phases } from '../../engine/index.ts';
import type { Touched } from '../plans.ts';
import type { DeviceRecord, NewAudit } from '../registry.ts';
import { packVersions } from '../rows/device.ts';
import { logColumnsOf } from '../rows/log.ts';
import { OpenRun } from '../rows/open-run.ts';
import { type KeptRun as AnyKeptRun, runColumnsOf } from '../rows/run.ts';
import { sendAudit } from './audit.ts';
import { TryAgain } from './database.ts';
import type { PlanRow } from './plan-row.ts';
import { prepared, type Transaction } from './queries.ts';

export const issuedPhase = phases.indexOf('issued');
export const runColumns = 'plan_row, row, device_id, wave, phase, state, due_at';

/** A row of `plan_device` inside a transaction. */
export type KeptRun = AnyKeptRun<PlanRow>;

/** What a transaction over devices gathers in memory, and writes in a handful of statements however many devices there are. */
export class Gathered {
  readonly #runs = new Set<KeptRun>();
  readonly #devices = new Map<number, { before: DeviceRecord; now: DeviceRecord }>();
  readonly #plans = new Set<PlanRow>();
  readonly #lines: { run: KeptRun; line: NewLogLine }[] = [];
  readonly #audit: NewAudit[] = [];

  device(before: DeviceRecord, now: DeviceRecord): void {
    this.#devices.set(now.id, { before: this.#devices.get(now.id)?.before ?? before, now });
  }

  run(run: KeptRun, lines: readonly NewLogLine[]): void {
    this.#runs.add(run);
    this.#plans.add(run.plan);
    for (const line of lines) this.#lines.push({ run, line });
  }

  audit(entry: NewAudit): void {
    this.#audit.push(entry);
  }

  /** Sends it all. @throws TryAgain when a device is not any more what the transaction read */
  async write(transaction: Transaction, slot: number, now: number): Promise<void> {
    const devices = this.#writeDevices(transaction);
    this.#writeRuns(transaction);
    this.#writeLog(transaction);
    for (const plan of [...this.#plans].sort((a, b) => a.row - b.row)) plan.write(transaction, slot, now);
    for (const entry of this.#audit) sendAudit(transaction, entry);
    if ((await devices) !== this.#devices.size) throw new TryAgain();
  }

  /** @returns how many were as they had been read */
  async #writeDevices(transaction: Transaction): Promise<number> {
    if (this.#devices.size === 0) return 0;
    const changes = [...this.#devices.values()].sort((a, b) => a.now.id - b.now.id);
    const devices = changes.map(({ now }) => now);
    return transaction.run(
      updateDevices,
      devices.map((device) => device.id),
      devices.map((device) => packVersions(device.versions)),
      devices.map((device) => device.battery),
      devices.map((device) => device.signal),
      devices.map((device) => JSON.stringify(device.lastReports)),
      devices.map((device) => device.onlineUntil),
      devices.map((device) => device.lastSeen),
      changes.map(({ before }) => JSON.stringify(before.lastReports)),
    );
  }

  #writeRuns(transaction: Transaction): void {
    if (this.#runs.size === 0) return;
    const runs = [...this.#runs];
    const columns = runs.map(runColumnsOf);
    transaction.send(
      updateRuns,
      runs.map((run) => run.plan.row),
      runs.map((run) => run.row),
      columns.map(({ phase }) => phase),
      columns.map(({ status }) => status),
      columns.map(({ state }) => state),
      columns.map(({ dueAt }) => dueAt),
    );
  }

  #writeLog(transaction: Transaction): void {
    if (this.#lines.length === 0) return;
    const columns = this.#lines.map(({ line }) => logColumnsOf(line));
    transaction.send(
      insertLog,
      this.#lines.map(({ run }) => run.plan.row),
      this.#lines.map(({ run }) => run.row),
      columns.map(({ time }) => time),
      columns.map(({ component }) => component),
      columns.map(({ attempt }) => attempt),
      columns.map(({ cause }) => cause),
      columns.map(({ text }) => text),
      columns.map(({ reported }) => reported),
    );
  }
}

/** Whoever reported in between has other last reports. */
const updateDevices = prepared(
  `UPDATE device SET versions = g.versions, battery = g.battery, signal = g.signal, last_reports = g.last_reports,
   online_until = g.online_until, last_seen = g.last_seen
   FROM unnest($1::bigint[], $2::text[], $3::float8[], $4::float8[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
   AS g (id, versions, battery, signal, last_reports, online_until, last_seen, before)
   WHERE device.id = g.id AND device.last_reports = g.before`,
);
const updateRuns = prepared(
  `UPDATE plan_device AS d SET phase = g.phase, status = g.status, state = g.state, due_at = g.due_at
   FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::text[], $6::bigint[])
   AS g (plan_row, row, phase, status, state, due_at) WHERE d.plan_row = g.plan_row AND d.row = g.row`,
);
const insertLog = prepared(
  `INSERT INTO log (plan_row, row, time, component, attempt, cause, text, reported)
   SELECT plan_row, row, time, component, attempt, cause, text, reported FROM unnest($1::bigint[], $2::int[], $3::bigint[],
     $4::smallint[], $5::int[], $6::smallint[], $7::text[], $8::text[]) WITH ORDINALITY
     AS g (plan_row, row, time, component, attempt, cause, text, reported, place) ORDER BY place`,
);

/** A device of a plan as the rules get it. */
export class PostgresRun extends OpenRun<PlanRow> {
  readonly #others: readonly KeptRun[];

  /** @param others the device's rows in other plans, of those at least that are issued to it */
  constructor(device: DeviceRecord, kept: KeptRun, others: readonly KeptRun[]) {
    super(device, kept);
    this.#others = others;
  }

  override otherPlan(): string | null {
    const told = this.#others.find((other) => other !== this.kept && isTold(other.plan, other.state));
    return told?.plan.document.name ?? null;
  }

  /** Hands over what there is to write. `null`: nothing changed. */
  gather(gathered: Gathered, now: number): Touched | null {
    const finished = this.finish(now);
    if (!finished) return null;
    gathered.run(this.kept, finished.lines);
    if (finished.audit) gathered.audit(finished.audit);
    return finished.touched;
  }
}
