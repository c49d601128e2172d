import { type Plan, type PlanStatus, planStatusNames } from '@otaplan/model';
import { newPlanState, type PlanMove, type PlanState, planDueAt } from '../../engine/index.ts';
import type { PlanRecord } from '../plans.ts';
import { Counts } from './counts.ts';
import type { Queries, Row } from './database.ts';

/** All of a plan but its lists of devices. */
const columns = 'row, id, status, revision, document, state, created_at, updated_at, due_at, activation, devices';

/** A plan as it was read; inside a transaction that holds its row, it is changed here and written at the end. */
export class PlanRow implements PlanRecord {
  readonly row: number;
  readonly id: string;
  readonly createdAt: number;
  readonly counts: Counts;
  document: Plan;
  status: PlanStatus;
  state: PlanState;
  revision: number;
  updatedAt: number;
  /** Its place in the order of activations; 0: it has no devices yet. */
  activation: number;
  /** How many rows of devices it has: they are numbered from 1. */
  devices: number;
  start = 0;
  end = 0;
  #dueAt: number | null;
  #changed = false;

  constructor(row: Row, counters: readonly Row[]) {
    this.row = Number(row['row']);
    this.id = String(row['id']);
    this.createdAt = Number(row['created_at']);
    this.updatedAt = Number(row['updated_at']);
    // Written by this class alone.
    this.document = JSON.parse(String(row['document'])) as Plan;
    this.state = { ...newPlanState, ...(JSON.parse(String(row['state'])) as PlanState) };
    this.status = planStatusNames.find((name) => name === row['status']) ?? 'inactivated';
    this.revision = Number(row['revision']);
    this.activation = Number(row['activation']);
    this.devices = Number(row['devices']);
    this.#dueAt = row['due_at'] === null ? null : Number(row['due_at']);
    this.counts = new Counts(this.document.components.length, this.document.waves.steps.length, counters);
    this.#period();
  }

  /** Takes a move or change over; every one that is not quiet counts the revision up. */
  change(change: Partial<PlanMove> & { document?: Plan; quiet?: boolean }, now: number): void {
    if (change.status !== undefined) this.status = change.status;
    if (change.state !== undefined) this.state = change.state;
    if (change.document !== undefined) {
      this.document = change.document;
      this.#period();
      this.counts.resize(this.document.components.length, this.document.waves.steps.length);
    }
    if (!change.quiet) {
      this.revision++;
      this.updatedAt = now;
    }
    this.#changed = true;
  }

  /** Its row must be written. */
  touch(): void {
    this.#changed = true;
  }

  /** Writes what changed since the last call, and when it is due next. */
  async write(queries: Queries, slot: number, now: number): Promise<void> {
    const dueAt = planDueAt(this, this.counts, now);
    if (this.#changed || dueAt !== this.#dueAt) {
      await queries.run(
        `UPDATE plan SET status = $2, revision = $3, document = $4, state = $5, updated_at = $6, due_at = $7, activation = $8,
         devices = $9 WHERE row = $1`,
        this.row,
        this.status,
        this.revision,
        JSON.stringify(this.document),
        JSON.stringify(this.state),
        this.updatedAt,
        dueAt,
        this.activation,
        this.devices,
      );
      this.#dueAt = dueAt;
      this.#changed = false;
    }
    await this.counts.write(queries, this.row, slot, now);
  }

  /** The plan as it is now, for outside the transaction. */
  snapshot(): PlanRecord {
    const { id, document, status, state, revision, createdAt, updatedAt, start, end } = this;
    return { id, document, status, state, revision, createdAt, updatedAt, start, end, counts: this.counts.snapshot() };
  }

  #period(): void {
    this.start = Date.parse(this.document.effective.startUtc);
    this.end = Date.parse(this.document.effective.endUtc);
  }
}

/**
 * Reads plans with their counters.
 * @param condition on the columns of `plan`, with what follows it (`ORDER BY` …)
 */
export async function readPlans(queries: Queries, condition: string, ...values: Parameters<Queries['all']>[1][]) {
  return withCounters(queries, await queries.all(`SELECT ${columns} FROM plan WHERE ${condition}`, ...values));
}

/** Reads plans and keeps others from them until the transaction is over; in one order always, so that none waits in a circle. */
export async function lockPlans(queries: Queries, rows: readonly number[]): Promise<PlanRow[]> {
  if (rows.length === 0) return [];
  return readPlans(queries, 'row = ANY($1::bigint[]) ORDER BY row FOR UPDATE', rows);
}

/** The counters are read after the rows: while those are locked, nobody else counts. */
async function withCounters(queries: Queries, rows: readonly Row[]): Promise<PlanRow[]> {
  if (rows.length === 0) return [];
  const counters = await queries.all(
    'SELECT plan_row, name, sum(count)::bigint AS count FROM counter WHERE plan_row = ANY($1::bigint[]) GROUP BY 1, 2',
    rows.map((row) => Number(row['row'])),
  );
  const byPlan = Map.groupBy(counters, (counter) => Number(counter['plan_row']));
  return rows.map((row) => new PlanRow(row, byPlan.get(Number(row['row'])) ?? []));
}
