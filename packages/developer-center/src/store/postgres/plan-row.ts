import { decidedOf, timelinePoint } from '../rows/counts.ts';
import { KeptPlan } from '../rows/plan.ts';
import type { Row } from '../rows/row.ts';
import { StoreError } from '../store-error.ts';
import { prepared, type Queries, type Transaction, type Value } from './queries.ts';

export const activated = "status IN ('toBeUpgraded', 'upgrading', 'suspended')";
/** All of a plan but its lists of devices. */
export const planColumns =
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
  write(transaction: Transaction, slot: number, now: number): void {
    const made = this.take(now);
    if (made) {
      const { status, revision, document, state, updatedAt, dueAt } = made;
      const { row, activation, devices } = this;
      transaction.send(update, row, status, revision, document, state, updatedAt, dueAt, activation, devices);
    }
    const added = this.counts.take();
    if (added.size === 0) return;
    transaction.send(count, this.row, slot, [...added.keys()], [...added.values()]);
    const decided = decidedOf(added);
    if (!decided) return;
    const point = timelinePoint(now, this.state.activatedAt);
    transaction.send(draw, this.row, point, slot, decided.upgraded, decided.failed);
  }
}

const update = prepared(
  `UPDATE plan SET status = $2, revision = $3, document = $4, state = $5, updated_at = $6, due_at = $7, activation = $8, devices = $9
   WHERE row = $1`,
);
const count = prepared(
  `INSERT INTO counter (plan_row, name, slot, count) SELECT $1::bigint, name, $2::smallint, added
   FROM unnest($3::text[], $4::bigint[]) AS a (name, added)
   ON CONFLICT (plan_row, name, slot) DO UPDATE SET count = counter.count + excluded.count`,
);
const draw = prepared(
  `INSERT INTO timeline (plan_row, time, slot, upgraded, failed) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (plan_row, time, slot) DO UPDATE
   SET upgraded = timeline.upgraded + excluded.upgraded, failed = timeline.failed + excluded.failed`,
);

/**
 * Reads plans with their counters.
 * @param condition on the columns of `plan`, with what follows it (`ORDER BY` …)
 */
export async function readPlans(queries: Queries, condition: string, ...values: Value[]): Promise<PlanRow[]> {
  const rows = await queries.all(`SELECT ${planColumns} FROM plan WHERE ${condition}`, ...values);
  if (rows.length === 0) return [];
  const found = rows.map((row) => Number(row['row']));
  return withCounters(rows, await queries.all(readCounters, found));
}

/**
 * Reads plans and keeps others from them until the transaction is over; in one order always, so that none waits in a circle. The
 * counters are read behind the rows: while those are locked, nobody else counts.
 */
export async function lockPlans(transaction: Transaction, rows: readonly number[]): Promise<PlanRow[]> {
  if (rows.length === 0) return [];
  const [found, counters] = await Promise.all([transaction.all(lock, rows), transaction.all(readCounters, rows)]);
  return withCounters(found, counters);
}

const lock = prepared(`SELECT ${planColumns} FROM plan WHERE row = ANY($1::bigint[]) ORDER BY row FOR UPDATE`);
const readCounters = prepared(
  'SELECT plan_row, name, sum(count)::bigint AS count FROM counter WHERE plan_row = ANY($1::bigint[]) GROUP BY 1, 2',
);

/** A plan that is kept from others until the transaction is over; `null`: there is none. */
export async function lockPlan(transaction: Transaction, id: string): Promise<PlanRow | null> {
  const found = await transaction.get('SELECT row FROM plan WHERE id = $1', id);
  const [plan] = found ? await lockPlans(transaction, [Number(found['row'])]) : [];
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

function withCounters(rows: readonly Row[], counters: readonly Row[]): PlanRow[] {
  const byPlan = Map.groupBy(counters, (counter) => Number(counter['plan_row']));
  return rows.map((row) => new PlanRow(row, byPlan.get(Number(row['row'])) ?? []));
}
