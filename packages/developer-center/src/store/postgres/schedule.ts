import type { Database } from './database.ts';
import { activated, lockPlan } from './plan-row.ts';
import { leaseSeconds, livingOwners, type Replica } from './replica.ts';

/** Leases of other replicas that still hold. */
const leasedElsewhere = `SELECT plan_row FROM plan_lease WHERE owner <> $1 AND until > now() AND owner IN (${livingOwners})`;

/** What is due, and which replica works on it. */
export class Schedule {
  readonly #db: Database;
  readonly #replica: Replica;

  constructor(db: Database, replica: Replica) {
    this.#db = db;
    this.#replica = replica;
  }

  /** Takes a lease on each, so that other replicas leave them alone. It only spares work: nothing is done twice without it. */
  async duePlans(before: number): Promise<string[]> {
    const due = await this.#db.all('SELECT row FROM plan WHERE due_at <= $1 ORDER BY due_at, row', before);
    if (due.length === 0) return [];
    const taken = await this.#db.all(
      `INSERT INTO plan_lease AS l (plan_row, owner, until)
       SELECT row, $2, now() + interval '${leaseSeconds} seconds' FROM unnest($1::bigint[]) AS d (row)
       ON CONFLICT (plan_row) DO UPDATE SET owner = excluded.owner, until = excluded.until
       WHERE l.owner = excluded.owner OR l.until <= now() OR l.owner NOT IN (${livingOwners}) RETURNING plan_row`,
      due.map((row) => Number(row['row'])),
      this.#replica.owner,
    );
    const rows = taken.map((row) => Number(row['plan_row']));
    const sql = 'SELECT id FROM plan WHERE row = ANY($1::bigint[]) ORDER BY due_at';
    return (await this.#db.all(sql, rows)).map((row) => String(row['id']));
  }

  /** What other replicas are at is theirs. */
  async nextDue(): Promise<number | null> {
    const plan = await this.#db.get(
      `SELECT min(due_at) AS at FROM plan WHERE due_at IS NOT NULL AND row NOT IN (${leasedElsewhere})`,
      this.#replica.owner,
    );
    const device = await this.#db.get('SELECT min(due_at) AS at FROM plan_device WHERE due_at IS NOT NULL');
    const times = [plan?.['at'] ?? null, device?.['at'] ?? null].filter((at) => at !== null).map(Number);
    return times.length === 0 ? null : Math.min(...times);
  }

  async scheduleAgain(now: number): Promise<void> {
    for (const { id } of await this.#db.all(`SELECT id FROM plan WHERE ${activated}`)) {
      await this.#db.repeatable(async (queries) => {
        (await lockPlan(queries, String(id)))?.write(queries, this.#replica.slot, now);
      });
    }
  }
}
