import { StoreError } from '../store-error.ts';
import type { Database } from './database.ts';
import { LivePlan } from './live-plan.ts';

/** The plans that are in memory, and which of them the transaction under way has touched. */
export class LivePlans {
  readonly #db: Database;
  readonly #plans = new Map<number, LivePlan>();
  readonly #rows = new Map<string, number>();
  readonly #touched = new Set<LivePlan>();
  #now = 0;

  /** @param forget is called when a ROLLBACK makes memory worth nothing */
  constructor(db: Database, forget: () => void) {
    this.#db = db;
    db.beforeCommit = () => {
      for (const plan of this.#touched) plan.write(db, this.#now);
      this.#touched.clear();
    };
    db.afterRollback = () => {
      this.#plans.clear();
      this.#rows.clear();
      this.#touched.clear();
      forget();
    };
  }

  byId(id: string): LivePlan | null {
    const known = this.#rows.get(id);
    if (known !== undefined) return this.byRow(known);
    const row = this.#db.get('SELECT row FROM plan WHERE id = ?', id);
    return row ? this.byRow(Number(row['row'])) : null;
  }

  /** @throws StoreError corrupt, when a device is of a plan that is not there */
  byRow(row: number): LivePlan {
    const known = this.#plans.get(row);
    if (known) return known;
    const found = this.#db.get('SELECT * FROM plan WHERE row = ?', row);
    if (!found) throw new StoreError('corrupt', `there is no plan ${row}`);
    const counters = this.#db.all('SELECT name, count FROM counter WHERE plan_row = ?', row);
    const plan = new LivePlan(found, counters);
    this.#plans.set(row, plan);
    this.#rows.set(plan.id, row);
    return plan;
  }

  /** The plan will be written before the COMMIT. Only inside a transaction. */
  touch(plan: LivePlan, now: number): void {
    this.#touched.add(plan);
    this.#now = now;
  }

  forget(plan: LivePlan): void {
    this.#touched.delete(plan);
    this.#plans.delete(plan.row);
    this.#rows.delete(plan.id);
  }
}
