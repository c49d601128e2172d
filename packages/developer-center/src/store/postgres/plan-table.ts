import { nameIdentity, type Plan } from '@otaplan/model';
import { newPlanState } from '../../engine/index.ts';
import type { Page } from '../packages.ts';
import type { PlanChange, PlanRecord } from '../plans.ts';
import { about } from '../rows/audit.ts';
import { below, pageOf } from '../rows/page.ts';
import { soundDocument, splitDocument } from '../rows/plan-document.ts';
import { StoreError } from '../store-error.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { discard } from './device-set.ts';
import { brokenConstraint } from './failures.ts';
import { activated, existingPlan, lockPlan, type PlanRow, readPlans } from './plan-row.ts';
import type { Transaction } from './queries.ts';

/** The plans themselves: made, found, changed, deleted. */
export class PlanTable {
  readonly #db: Database;
  readonly #slot: number;

  constructor(db: Database, slot: number) {
    this.#db = db;
    this.#slot = slot;
  }

  async createPlan(
    account: string,
    id: string,
    document: Plan,
    who: string,
    now: number,
  ): Promise<PlanRecord | 'nameTaken'> {
    const { head, targets } = splitDocument(document);
    const made = await unlessNameTaken(
      this.#db.transaction(async (queries) => {
        await queries.run(
          `INSERT INTO plan (account, id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
           VALUES ($8, $1, $2, $3, 'inactivated', 1, $4, $5, $6, $7, $7)`,
          id,
          nameIdentity(document.name),
          document.product,
          JSON.stringify(head),
          targets,
          JSON.stringify(newPlanState),
          now,
          account,
        );
        const { name: subject, digest: detail } = document;
        await appendAudit(queries, { account, time: now, who, action: 'createPlan', subject, detail });
        return (await existingPlan(queries, id)).snapshot();
      }),
    );
    return made;
  }

  async findPlan(id: string): Promise<PlanRecord | null> {
    const [plan] = await readPlans(this.#db, 'id = $1', id);
    return plan?.snapshot() ?? null;
  }

  async findPlanByName(account: string, name: string): Promise<PlanRecord | null> {
    const [plan] = await readPlans(this.#db, 'account = $1 AND name_identity = $2', account, nameIdentity(name));
    return plan?.snapshot() ?? null;
  }

  async planDocument(id: string): Promise<Plan | null> {
    const row = await this.#db.get('SELECT document, targets FROM plan WHERE id = $1', id);
    if (!row) return null;
    return soundDocument(JSON.parse(String(row['document'])) as Plan, String(row['targets']));
  }

  async listPlans(
    account: string,
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>> {
    const plans = await readPlans(
      this.#db,
      `row < $1 AND ($2::text IS NULL OR strpos(name_identity, $2) > 0) AND ($3::text IS NULL OR product = $3)
       AND ($4::text IS NULL OR status = $4) AND account = $6 ORDER BY row DESC LIMIT $5`,
      below(cursor),
      filter.name === undefined ? null : nameIdentity(filter.name),
      filter.product ?? null,
      filter.status ?? null,
      limit + 1,
      account,
    );
    const page = pageOf(plans, limit, ({ row }) => row);
    return { ...page, items: page.items.map((plan) => plan.snapshot()) };
  }

  async activatedPlans(productKey?: string): Promise<PlanRecord[]> {
    const condition = `${activated} AND ($1::text IS NULL OR product = $1) ORDER BY activation`;
    return (await readPlans(this.#db, condition, productKey ?? null)).map((plan) => plan.snapshot());
  }

  changePlan(
    id: string,
    change: (plan: PlanRecord) => PlanChange | null,
    who: string,
    now: number,
  ): Promise<PlanRecord | 'unknown' | 'nameTaken'> {
    return unlessNameTaken(
      this.#db.repeatable(async (queries) => {
        const plan = await lockPlan(queries, id);
        if (!plan) return 'unknown' as const;
        const made = change(plan);
        if (made) await this.#keepChange(queries, plan, made, who, now);
        // Also when nothing changed: whoever looked because it was due lays down when to look again.
        plan.write(queries, this.#slot, now);
        return plan.snapshot();
      }),
    );
  }

  async #keepChange(queries: Transaction, plan: PlanRow, made: PlanChange, who: string, now: number): Promise<void> {
    const { document, action, detail } = made;
    if (document) {
      const sql = 'UPDATE plan SET name_identity = $2, targets = $3 WHERE row = $1';
      await queries.run(sql, plan.row, nameIdentity(document.name), splitDocument(document).targets);
    }
    plan.change(made, now);
    if (action === undefined) return;
    await appendAudit(queries, { ...about(plan), time: now, who, action, detail: detail ?? '' });
  }

  deletePlan(id: string, check: (plan: PlanRecord) => void, who: string, now: number): Promise<boolean> {
    return this.#db.repeatable(async (queries) => {
      const plan = await lockPlan(queries, id);
      if (!plan) return false;
      check(plan);
      await discard(queries, plan);
      for (const table of ['plan_lease', 'timeline']) {
        await queries.run(`DELETE FROM ${table} WHERE plan_row = $1`, plan.row);
      }
      await queries.run('DELETE FROM plan WHERE row = $1', plan.row);
      await appendAudit(queries, { ...about(plan), time: now, who, action: 'deletePlan', detail: '' });
      return true;
    });
  }
}

async function unlessNameTaken<T>(work: Promise<T>): Promise<T | 'nameTaken'> {
  try {
    return await work;
  } catch (error) {
    if (brokenConstraint(error instanceof StoreError ? error.cause : error) === 'plan_name') return 'nameTaken';
    throw error;
  }
}
