import {
  type ComponentStatus,
  componentStatusNames,
  type DeviceStatus,
  deviceStatusNames,
  type Plan,
  type PlanStatus,
  planStatusNames,
} from '@otaplan/model';
import { newPlanState, type PlanMove, type PlanState, planDueAt } from '../../engine/index.ts';
import type { PlanCounts, PlanRecord } from '../plans.ts';
import type { Database } from './database.ts';

type Row = NonNullable<ReturnType<Database['get']>>;

/**
 * A plan while the store is open: its row and its counters, changed in memory inside a transaction and written before its COMMIT.
 * The exclusive lock makes memory and disk the same in between.
 */
export class LivePlan implements PlanRecord {
  readonly row: number;
  readonly id: string;
  readonly createdAt: number;
  readonly counts: LiveCounts;
  document: Plan;
  status: PlanStatus;
  state: PlanState;
  revision: number;
  updatedAt: number;
  firstRow: number;
  lastRow: number;
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
    this.firstRow = Number(row['first_row']);
    this.lastRow = Number(row['last_row']);
    this.#dueAt = row['due_at'] === null ? null : Number(row['due_at']);
    this.counts = new LiveCounts(this.document.components.length, this.document.waves.steps.length, counters);
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
    this.touch();
  }

  /** Its row must be written. */
  touch(): void {
    this.#changed = true;
  }

  /** Writes what changed since the last call. */
  write(db: Database, now: number): void {
    const dueAt = planDueAt(this, this.counts, now);
    if (this.#changed || dueAt !== this.#dueAt) {
      db.run(
        `UPDATE plan SET status = ?, revision = ?, document = ?, state = ?, updated_at = ?, due_at = ?, first_row = ?, last_row = ?
         WHERE row = ?`,
        this.status,
        this.revision,
        JSON.stringify(this.document),
        JSON.stringify(this.state),
        this.updatedAt,
        dueAt,
        this.firstRow,
        this.lastRow,
        this.row,
      );
      this.#dueAt = dueAt;
      this.#changed = false;
    }
    this.counts.write(db, this.row, now);
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

/** Names of counters, made once: every report asks for two. */
const componentCounters: Record<string, string>[] = [];
function componentCounter(index: number, status: ComponentStatus): string {
  let names = componentCounters[index];
  if (!names) {
    names = Object.fromEntries(componentStatusNames.map((name) => [name, `c.${index}.${name}`]));
    componentCounters[index] = names;
  }
  return names[status] ?? `c.${index}.${status}`;
}

/** The counters of a plan by name, in memory and in the table. */
export class LiveCounts implements PlanCounts {
  readonly #counts = new Map<string, number>();
  readonly #changed = new Set<string>();
  #components: number;
  #waves: number;

  constructor(components: number, waves: number, rows: readonly Row[]) {
    this.#components = components;
    this.#waves = waves;
    for (const row of rows) this.#counts.set(String(row['name']), Number(row['count']));
  }

  resize(components: number, waves: number): void {
    this.#components = components;
    this.#waves = waves;
  }

  add(name: string, count: number): void {
    this.#counts.set(name, this.of(name) + count);
    this.#changed.add(name);
  }

  /** A component of a device went from one status to another. */
  moveComponent(index: number, from: ComponentStatus, to: ComponentStatus): void {
    this.add(componentCounter(index, from), -1);
    this.add(componentCounter(index, to), 1);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  names(): Iterable<[string, number]> {
    return this.#counts.entries();
  }

  get inProgress(): number {
    return this.of('inProgress');
  }
  get upgraded(): number {
    return this.of('d.upgraded');
  }
  get failedForGood(): number {
    return this.of('failedForGood');
  }

  get devices(): PlanCounts['devices'] {
    const counts: Record<DeviceStatus, number> = {
      notUpgraded: 0,
      upgrading: 0,
      upgraded: 0,
      upgradeFailed: 0,
      noUpdateRequired: 0,
    };
    let total = 0;
    for (const name of deviceStatusNames) {
      counts[name] = this.of(`d.${name}`);
      total += counts[name];
    }
    return { ...counts, total };
  }

  get components(): PlanCounts['components'] {
    return Array.from({ length: this.#components }, (_, index) => {
      const counts: Partial<Record<ComponentStatus, number>> = {};
      for (const name of componentStatusNames) {
        const count = this.of(`c.${index}.${name}`);
        if (count > 0) counts[name] = count;
      }
      return counts;
    });
  }

  get waves(): readonly number[] {
    return Array.from({ length: this.#waves }, (_, index) => this.of(`w.${index}`));
  }

  snapshot(): PlanCounts {
    const { inProgress, upgraded, failedForGood, devices, components, waves } = this;
    return { inProgress, upgraded, failedForGood, devices, components, waves };
  }

  clear(): void {
    for (const name of this.#counts.keys()) {
      this.#counts.set(name, 0);
      this.#changed.add(name);
    }
  }

  write(db: Database, planRow: number, now: number): void {
    if (this.#changed.size === 0) return;
    for (const name of this.#changed) {
      db.run(
        'INSERT INTO counter (plan_row, name, count) VALUES (?1, ?2, ?3) ON CONFLICT (plan_row, name) DO UPDATE SET count = ?3',
        planRow,
        name,
        this.of(name),
      );
    }
    if (this.#changed.has('d.upgraded') || this.#changed.has('d.upgradeFailed')) {
      db.run(
        `INSERT INTO timeline (plan_row, time, upgraded, failed) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (plan_row, time) DO UPDATE SET upgraded = ?3, failed = ?4`,
        planRow,
        Math.floor(now / 60_000) * 60_000,
        this.upgraded,
        this.of('d.upgradeFailed'),
      );
    }
    this.#changed.clear();
  }
}
