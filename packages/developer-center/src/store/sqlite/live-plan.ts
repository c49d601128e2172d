import { decidedOf, timelinePoint } from '../rows/counts.ts';
import { KeptPlan } from '../rows/plan.ts';
import type { Row } from '../rows/row.ts';
import type { Database } from './database.ts';

/**
 * A plan while the store is open: its row and its counters, changed in memory inside a transaction and written before its COMMIT.
 * The exclusive lock makes memory and disk the same in between.
 */
export class LivePlan extends KeptPlan {
  /** Its devices are the rows from here … */
  firstRow: number;
  /** … to here. */
  lastRow: number;

  constructor(row: Row, counters: readonly Row[]) {
    super(row, counters);
    this.firstRow = Number(row['first_row']);
    this.lastRow = Number(row['last_row']);
  }

  /** Writes what changed since the last call. */
  write(db: Database, now: number): void {
    const columns = this.take(now);
    if (columns) {
      db.run(
        `UPDATE plan SET status = ?, revision = ?, document = ?, state = ?, updated_at = ?, due_at = ?, first_row = ?, last_row = ?
         WHERE row = ?`,
        columns.status,
        columns.revision,
        columns.document,
        columns.state,
        columns.updatedAt,
        columns.dueAt,
        this.firstRow,
        this.lastRow,
        this.row,
      );
    }
    const added = this.counts.take();
    for (const name of added.keys()) {
      db.run(
        'INSERT INTO counter (plan_row, name, count) VALUES (?1, ?2, ?3) ON CONFLICT (plan_row, name) DO UPDATE SET count = ?3',
        this.row,
        name,
        this.counts.of(name),
      );
    }
    if (!decidedOf(added)) return;
    db.run(
      `INSERT INTO timeline (plan_row, time, upgraded, failed) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (plan_row, time) DO UPDATE SET upgraded = ?3, failed = ?4`,
      this.row,
      timelinePoint(now, this.state.activatedAt),
      this.counts.upgraded,
      this.counts.of('d.upgradeFailed'),
    );
  }
}
