import { decidedOf, timelinePoint } from '../rows/counts.ts';
import { KeptPlan } from '../rows/plan.ts';
import type { Row } from '../rows/row.ts';
import { StoreError } from '../store-error.ts';
import type { Queries } from './database.ts';

export const activated = "status IN ('toBeUpgraded', 'upgrading', 'suspended')";
/** All of a plan but its lists of devices. */
const columns =
  'row, account, id, status, revision, document, state, created_at, updated_at, due_at, activation, devices';

/** A plan as it was read; inside a transaction that holds its row, it is changed here and written at the end. */
export class PlanRow extends KeptPlan {
  /** Its place in the order of activations; 0: it has no devices yet. */
  activation: number;
  /** How many rows of devices it has: they are numbered from 1. */
  devices: number;

  constructor(row: Row, counters: readonly Row[]) {
    super(row, counters);
    this.activation = Number(row['activation']);
    this.devices = Number(row['devices']);
  }

  /** Writes what changed since the last call; what was counted goes to the replica's own slot. */
  async write(queries: Queries, slot: number, now: number): Promise<void> {
    const made = this.take(now);
    if (made) {
      await queries.run(
        `UPDATE plan SET status = $2, revision = $3, document = $4, state = $5, updated_at = $6, due_at = $7, activation = $8,
         devices = $9 WHERE row = $1`,
        this.row,
        made.status,
        made.revision,
        made.document,
        made.state,
        made.updatedAt,
        made.dueAt,
        this.activation,
        this.devices,
      );
    }
    const added = this.counts.take();
    if (added.size === 0) return;
    await queries.run(
      `INSERT INTO counter (plan_row, name, slot, count) SELECT $1::bigint, name, $2::smallint, added
       FROM unnest($3::text[], $4::bigint[]) AS a (name, added)
       ON CONFLICT (plan_row, name, slot) DO UPDATE SET count = counter.count + excluded.count`,
      this.row,
      slot,
      [...added.keys()],
      [...added.values()],
    );
    const decided = decidedOf(added);
    if (!decided) return;
    await queries.run(
      `INSERT INTO timeline (plan_row, time, slot, upgraded, failed) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (plan_row, time, slot) DO UPDATE
       SET upgraded = timeline.upgraded + excluded.upgraded, failed = timeline.failed + excluded.failed`,
      this.row,
      timelinePoint(now),
      slot,
      decided.upgraded,
      decided.failed,
    );
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

/** A plan that is kept from others until the transaction is over; `null`: there is none. */
export async function lockPlan(queries: Queries, id: string): Promise<PlanRow | null> {
  const found = await queries.get('SELECT row FROM plan WHERE id = $1', id);
  const [plan] = found ? await lockPlans(queries, [Number(found['row'])]) : [];
  return plan ?? null;
}

/** @throws StoreError when there is no such plan */
export async function existingPlan(queries: Queries, id: string): Promise<PlanRow> {
  return existing((await readPlans(queries, 'id = $1', id))[0]);
}

/** @throws StoreError when it was deleted meanwhile */
export function existing(plan: PlanRow | null | undefined): PlanRow {
  if (!plan) throw new StoreError('failed', 'the plan was deleted meanwhile');
  return plan;
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
