import { nameIdentity, type Plan, planDigest } from '@otaplan/model';
import { newPlanState } from '../../engine/index.ts';
import type { Page } from '../packages.ts';
import type { PlanChange, PlanRecord } from '../plans.ts';
import { StoreError } from '../store-error.ts';
import { appendAudit } from './audit.ts';
import { discard } from './device-set.ts';
import { activated, type Tables } from './tables.ts';

/** The plans themselves: made, found, changed, deleted. */
export class PlanTable {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  createPlan(id: string, document: Plan, who: string, now: number): Promise<PlanRecord | 'nameTaken'> {
    return this.#tables.db.write(() => {
      const identity = nameIdentity(document.name);
      if (this.#tables.db.get('SELECT 1 FROM plan WHERE name_identity = ?', identity)) return 'nameTaken';
      const { head, targets } = split(document);
      const { id: row } = this.#tables.db.run(
        `INSERT INTO plan (id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
         VALUES (?, ?, ?, 'inactivated', 1, ?, ?, ?, ?, ?)`,
        id,
        identity,
        document.product,
        JSON.stringify(head),
        targets,
        JSON.stringify(newPlanState),
        now,
        now,
      );
      appendAudit(this.#tables.db, {
        time: now,
        who,
        action: 'createPlan',
        subject: document.name,
        detail: document.digest,
      });
      return this.#tables.plans.byRow(row).snapshot();
    });
  }

  async findPlan(id: string): Promise<PlanRecord | null> {
    return this.#tables.db.read(() => this.#tables.plans.byId(id)?.snapshot() ?? null);
  }

  async findPlanByName(name: string): Promise<PlanRecord | null> {
    return this.#tables.db.read(() => {
      const row = this.#tables.db.get('SELECT row FROM plan WHERE name_identity = ?', nameIdentity(name));
      return row ? this.#tables.plans.byRow(Number(row['row'])).snapshot() : null;
    });
  }

  async planDocument(id: string): Promise<Plan | null> {
    return this.#tables.db.read(() => {
      const plan = this.#tables.plans.byId(id);
      if (!plan) return null;
      const row = this.#tables.db.get('SELECT targets FROM plan WHERE row = ?', plan.row);
      const document = join(plan.document, String(row?.['targets']));
      if (planDigest(document) !== document.digest) {
        throw new StoreError('corrupt', `the plan “${document.name}” is not what its digest says`);
      }
      return document;
    });
  }

  async listPlans(
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>> {
    return this.#tables.db.read(() => {
      const rows = this.#tables.db.all(
        `SELECT row FROM plan WHERE row < ?1 AND (?2 IS NULL OR instr(name_identity, ?2) > 0) AND (?3 IS NULL OR product = ?3)
         AND (?4 IS NULL OR status = ?4) ORDER BY row DESC LIMIT ?5`,
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
        filter.name === undefined ? null : nameIdentity(filter.name),
        filter.product ?? null,
        filter.status ?? null,
        limit + 1,
      );
      const shown = rows.slice(0, limit).map((row) => Number(row['row']));
      const items = shown.map((row) => this.#tables.plans.byRow(row).snapshot());
      return { items, nextCursor: rows.length > limit ? String(shown.at(-1)) : null };
    });
  }

  async activatedPlans(productKey?: string): Promise<PlanRecord[]> {
    return this.#tables.db.read(() => {
      const sql = `SELECT row FROM plan WHERE ${activated} AND (?1 IS NULL OR product = ?1) ORDER BY first_row`;
      const rows = this.#tables.db.all(sql, productKey ?? null);
      return rows.map((row) => this.#tables.plans.byRow(Number(row['row'])).snapshot());
    });
  }

  changePlan(
    id: string,
    change: (plan: PlanRecord) => PlanChange | null,
    who: string,
    now: number,
  ): Promise<PlanRecord | 'unknown' | 'nameTaken'> {
    return this.#tables.db.write(() => {
      const plan = this.#tables.plans.byId(id);
      if (!plan) return 'unknown';
      const made = change(plan);
      if (!made) return plan.snapshot();
      const { document, status, state, action, detail, quiet = false } = made;
      if (document) {
        const identity = nameIdentity(document.name);
        if (this.#tables.db.get('SELECT 1 FROM plan WHERE name_identity = ? AND row <> ?', identity, plan.row))
          return 'nameTaken';
        const { targets } = split(document);
        this.#tables.db.run(
          'UPDATE plan SET name_identity = ?, targets = ? WHERE row = ?',
          identity,
          targets,
          plan.row,
        );
      }
      this.#tables.plans.touch(plan, now);
      plan.change(
        {
          quiet,
          ...(status === undefined ? {} : { status }),
          ...(state === undefined ? {} : { state }),
          ...(document === undefined ? {} : { document: split(document).head }),
        },
        now,
      );
      if (action !== undefined) {
        appendAudit(this.#tables.db, { time: now, who, action, subject: plan.document.name, detail: detail ?? '' });
      }
      return plan.snapshot();
    });
  }

  deletePlan(id: string, check: (plan: PlanRecord) => void, who: string, now: number): Promise<boolean> {
    return this.#tables.db.write(() => {
      const plan = this.#tables.plans.byId(id);
      if (!plan) return false;
      check(plan);
      discard(this.#tables, plan);
      for (const table of ['counter', 'timeline'])
        this.#tables.db.run(`DELETE FROM ${table} WHERE plan_row = ?`, plan.row);
      this.#tables.db.run('DELETE FROM plan WHERE row = ?', plan.row);
      this.#tables.plans.forget(plan);
      appendAudit(this.#tables.db, { time: now, who, action: 'deletePlan', subject: plan.document.name, detail: '' });
      return true;
    });
  }
}

/** The lists of devices are kept apart: most readers do without. */
function split(document: Plan): { head: Plan; targets: string } {
  const { include, exclude } = document.targets;
  const head = { ...document, targets: { ...document.targets, include: [], exclude: [] } };
  return { head, targets: JSON.stringify({ include, exclude }) };
}

export function join(head: Plan, targets: string): Plan {
  const lists = JSON.parse(targets) as Pick<Plan['targets'], 'include' | 'exclude'>;
  return { ...head, targets: { ...head.targets, ...lists } };
}
