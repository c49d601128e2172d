import { type Plan, type PlanStatus, planStatusNames } from '@otaplan/model';
import { newPlanState, type PlanMove, type PlanState, planDueAt } from '../../engine/index.ts';
import type { PlanChange, PlanRecord, PlanSheet } from '../plans.ts';
import { Counts } from './counts.ts';
import { splitDocument } from './plan-document.ts';
import { numberOrNull, type Row } from './row.ts';

/** The columns of a plan that change, by name, as they are to be written. */
export interface PlanColumns {
  readonly status: PlanStatus;
  readonly revision: number;
  readonly document: string;
  readonly state: string;
  readonly updatedAt: number;
  readonly dueAt: number | null;
}

/** A plan as a store works with it: its row and its counters, changed in memory and written before the COMMIT. */
export class KeptPlan implements PlanRecord {
  readonly row: number;
  readonly id: string;
  readonly account: string;
  readonly createdAt: number;
  readonly counts: Counts;
  document: Plan;
  status: PlanStatus;
  state: PlanState;
  revision: number;
  updatedAt: number;
  start = 0;
  end = 0;
  #dueAt: number | null;
  #changed = false;

  constructor(row: Row, counters: readonly Row[]) {
    this.row = Number(row['row']);
    this.id = String(row['id']);
    this.account = String(row['account']);
    this.createdAt = Number(row['created_at']);
    this.updatedAt = Number(row['updated_at']);
    // Written by this class alone.
    this.document = JSON.parse(String(row['document'])) as Plan;
    this.state = { ...newPlanState, ...(JSON.parse(String(row['state'])) as PlanState) };
    this.status = planStatusNames.find((name) => name === row['status']) ?? 'inactivated';
    this.revision = Number(row['revision']);
    this.#dueAt = numberOrNull(row['due_at']);
    this.counts = new Counts(this.document.components.length, this.document.waves.steps.length, counters);
    this.#period();
  }

  /** Takes a move or change over; every one that is not quiet counts the revision up. A document loses its lists of devices. */
  change(change: Partial<PlanMove> & Pick<PlanChange, 'document' | 'quiet'>, now: number): void {
    if (change.status !== undefined) this.status = change.status;
    if (change.state !== undefined) this.state = change.state;
    if (change.document !== undefined) {
      this.document = splitDocument(change.document).head;
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

  /** What of its row must be written since the last call, with when it is due next; `null`: nothing. */
  take(now: number): PlanColumns | null {
    const dueAt = planDueAt(this, this.counts, now);
    if (!this.#changed && dueAt === this.#dueAt) return null;
    this.#dueAt = dueAt;
    this.#changed = false;
    const { status, revision, updatedAt } = this;
    const [document, state] = [JSON.stringify(this.document), JSON.stringify(this.state)];
    return { status, revision, document, state, updatedAt, dueAt };
  }

  /** The plan as it is now, for outside the transaction. */
  snapshot(): PlanRecord {
    return { ...this.sheet(), counts: this.counts.snapshot() };
  }

  /** The same without its counters. */
  sheet(): PlanSheet {
    const { id, account, document, status, state, revision, createdAt, updatedAt, start, end } = this;
    return { id, account, document, status, state, revision, createdAt, updatedAt, start, end };
  }

  #period(): void {
    this.start = Date.parse(this.document.effective.startUtc);
    this.end = Date.parse(this.document.effective.endUtc);
  }
}
