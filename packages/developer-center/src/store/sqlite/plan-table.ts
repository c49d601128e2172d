import { nameIdentity, type Plan } from '@otaplan/model';
import { newPlanState } from '../../engine/index.ts';
import type { Page } from '../packages.ts';
import type { PlanChange, PlanRecord } from '../plans.ts';
import { about } from '../rows/audit.ts';
import { below, pageOf } from '../rows/page.ts';
import { soundDocument, splitDocument } from '../rows/plan-document.ts';
import { appendAudit } from './audit.ts';
import { discard } from './device-set.ts';
import { activated, type Tables } from './tables.ts';

/** The plans themselves: made, found, changed, deleted. */
export class PlanTable {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  createPlan(account: string, id: string, document: Plan, who: string, now: number): Promise<PlanRecord | 'nameTaken'> {
    return this.#tables.db.write(() => {
      const identity = nameIdentity(document.name);
      const taken = 'SELECT 1 FROM plan WHERE account = ? AND name_identity = ?';
      if (this.#tables.db.get(taken, account, identity)) return 'nameTaken';
      const { head, targets } = splitDocument(document);
      const { id: row } = this.#tables.db.run(
        `INSERT INTO plan (account, id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
         VALUES (?, ?, ?, ?, 'inactivated', 1, ?, ?, ?, ?, ?)`,
        account,
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
        account,
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

  async findPlanByName(account: string, name: string): Promise<PlanRecord | null> {
    return this.#tables.db.read(() => {
      const sql = 'SELECT row FROM plan WHERE account = ? AND name_identity = ?';
      const row = this.#tables.db.get(sql, account, nameIdentity(name));
      return row ? this.#tables.plans.byRow(Number(row['row'])).snapshot() : null;
    });
  }

  async planDocument(id: string): Promise<Plan | null> {
    return this.#tables.db.read(() => {
      const plan = this.#tables.plans.byId(id);
      if (!plan) return null;
      const row = this.#tables.db.get('SELECT targets FROM plan WHERE row = ?', plan.row);
      return soundDocument(plan.document, String(row?.['targets']));
    });
  }

  async listPlans(
    account: string,
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>> {
    return this.#tables.db.read(() => {
      const rows = this.#tables.db.all(
        `SELECT row FROM plan WHERE row < ?1 AND (?2 IS NULL OR instr(name_identity, ?2) > 0) AND (?3 IS NULL OR product = ?3)
         AND (?4 IS NULL OR status = ?4) AND account = ?6 ORDER BY row DESC LIMIT ?5`,
        below(cursor),
        filter.name === undefined ? null : nameIdentity(filter.name),
        filter.product ?? null,
        filter.status ?? null,
        limit + 1,
        account,
      );
      const page = pageOf(rows, limit, (row) => Number(row['row']));
      return { ...page, items: page.items.map((row) => this.#tables.plans.byRow(Number(row['row'])).snapshot()) };
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
      const { document, action, detail } = made;
      if (document) {
        const identity = nameIdentity(document.name);
        const taken = 'SELECT 1 FROM plan WHERE account = ? AND name_identity = ? AND row <> ?';
        if (this.#tables.db.get(taken, plan.account, identity, plan.row)) return 'nameTaken';
        const { targets } = splitDocument(document);
        this.#tables.db.run(
          'UPDATE plan SET name_identity = ?, targets = ? WHERE row = ?',
          identity,
          targets,
          plan.row,
        );
      }
      this.#tables.plans.touch(plan, now);
      plan.change(made, now);
      if (action !== undefined) {
        appendAudit(this.#tables.db, { ...about(plan), time: now, who, action, detail: detail ?? '' });
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
      this.#tables.db.run('DELETE FROM timeline WHERE plan_row = ?', plan.row);
      this.#tables.db.run('DELETE FROM plan WHERE row = ?', plan.row);
      this.#tables.plans.forget(plan);
      appendAudit(this.#tables.db, { ...about(plan), time: now, who, action: 'deletePlan', detail: '' });
      return true;
    });
  }
}
