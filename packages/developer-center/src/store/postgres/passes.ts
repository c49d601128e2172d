import type { Pass, Run, Selection, Touched } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { deviceRecordOf } from '../rows/device.ts';
import type { Row } from '../rows/row.ts';
import { keptRunOf } from '../rows/run.ts';
import type { Database } from './database.ts';
import { readDevices } from './open-devices.ts';
import { lockPlan, lockPlans, type PlanRow, readPlans } from './plan-row.ts';
import { prepared, type Queries } from './queries.ts';
import { Gathered, issuedPhase, type KeptRun, PostgresRun, runColumns } from './runs.ts';

/** Passes over many devices: of a plan, and those whose time has come. */
export class Passes {
  readonly #db: Database;
  readonly #slot: number;

  constructor(db: Database, slot: number) {
    this.#db = db;
    this.#slot = slot;
  }

  /** One transaction over at most `limit` devices of a plan, which nobody else touches meanwhile. */
  overPlan(
    planId: string,
    selection: Selection,
    limit: number,
    now: number,
    work: (run: Run) => boolean,
  ): Promise<Pass | null> {
    return this.#db.transaction(async (queries) => {
      const plan = await lockPlan(queries, planId);
      if (!plan) return null;
      const rows = await select(queries, plan, selection, limit);
      const ids = rows.map((row) => Number(row['device_id']));
      const [devices, others] = await Promise.all([
        devicesOf(queries, ids),
        issuedElsewhere(queries, ids, new Map([[plan.row, plan]])),
      ]);
      const gathered = new Gathered();
      const touched: Touched[] = [];
      let last: Pass['last'] = null;
      let stopped = false;
      for (const row of rows) {
        const device = devices.get(Number(row['device_id']));
        if (!device) continue;
        const run = new PostgresRun(device, keptRunOf(plan, row), others.get(device.id) ?? []);
        stopped = !work(run);
        if (stopped) break;
        const changed = run.gather(gathered, now);
        if (changed) touched.push(changed);
        last = { wave: run.wave, row: run.row };
      }
      await gathered.write(queries, this.#slot, now);
      return { touched, last: stopped || rows.length >= limit ? last : null };
    });
  }

  /**
   * One transaction over at most `limit` devices whose time has come. Replicas that begin at once take turns at a plan: the second
   * finds nothing due any more. What a replica held that was killed is free at once.
   */
  async overDue(before: number, limit: number, work: (run: Run) => void): Promise<Touched[]> {
    const sql = 'SELECT plan_row, device_id FROM plan_device WHERE due_at <= $1 ORDER BY due_at LIMIT $2';
    const due = await this.#db.all(sql, before, limit);
    if (due.length === 0) return [];
    const planRows = [...new Set(due.map((row) => Number(row['plan_row'])))];
    const ids = [...new Set(due.map((row) => Number(row['device_id'])))];
    return this.#db.repeatable(async (queries) => {
      const [locked, devices, rows] = await Promise.all([
        lockPlans(queries, planRows),
        devicesOf(queries, ids),
        queries.all(dueRuns, ids, planRows, before),
      ]);
      const plans = new Map(locked.map((plan) => [plan.row, plan] as const));
      const others = await issuedElsewhere(queries, ids, plans);
      const gathered = new Gathered();
      const touched: Touched[] = [];
      for (const row of rows) {
        const plan = plans.get(Number(row['plan_row']));
        const device = devices.get(Number(row['device_id']));
        if (!plan || !device) continue;
        const run = new PostgresRun(device, keptRunOf(plan, row), others.get(device.id) ?? []);
        work(run);
        const changed = run.gather(gathered, before);
        if (changed) touched.push(changed);
      }
      await gathered.write(queries, this.#slot, before);
      return touched;
    });
  }
}

const dueRuns = prepared(
  `SELECT ${runColumns} FROM plan_device WHERE device_id = ANY($1::bigint[]) AND plan_row = ANY($2::bigint[]) AND due_at <= $3
   ORDER BY due_at, plan_row, row`,
);
const issuedRuns = prepared(
  `SELECT ${runColumns} FROM plan_device WHERE device_id = ANY($1::bigint[]) AND phase = ${issuedPhase}`,
);

async function devicesOf(queries: Queries, ids: readonly number[]): Promise<Map<number, DeviceRecord>> {
  const rows = await queries.all(readDevices, ids);
  return new Map(rows.map((row) => [Number(row['id']), deviceRecordOf(row, String(row['product']))] as const));
}

/** What else is issued to devices: a device's message has one plan at a time. */
async function issuedElsewhere(
  queries: Queries,
  ids: readonly number[],
  known: ReadonlyMap<number, PlanRow>,
): Promise<Map<number, KeptRun[]>> {
  const rows = (await queries.all(issuedRuns, ids)).filter(
    (row) => known.size !== 1 || !known.has(Number(row['plan_row'])),
  );
  const unknown = [...new Set(rows.map((row) => Number(row['plan_row'])))].filter((row) => !known.has(row));
  const read = unknown.length === 0 ? [] : await readPlans(queries, 'row = ANY($1::bigint[])', unknown);
  const plans = new Map([...known, ...read.map((plan) => [plan.row, plan] as const)]);
  const others = new Map<number, KeptRun[]>();
  for (const row of rows) {
    const plan = plans.get(Number(row['plan_row']));
    if (!plan) continue;
    const id = Number(row['device_id']);
    others.set(id, [...(others.get(id) ?? []), keptRunOf(plan, row)]);
  }
  return others;
}

const runs = 'pd.plan_row, pd.row, pd.device_id, pd.wave, pd.phase, pd.state, pd.due_at';

/** Rows of a plan that is locked: nobody else changes them. */
function select(queries: Queries, plan: PlanRow, selection: Selection, limit: number): Promise<Row[]> {
  switch (selection.kind) {
    case 'push':
      return queries.all(
        `SELECT ${runs} FROM plan_device AS pd JOIN device ON device.id = device_id
         WHERE plan_row = $1 AND phase = 0 AND (wave, row) > ($2, $3) AND wave < $4 AND online_until > $5
         ORDER BY wave, row LIMIT $6`,
        plan.row,
        selection.after.wave,
        selection.after.row,
        selection.waves,
        selection.onlineAt,
        limit,
      );
    case 'begun':
      return queries.all(
        `SELECT ${runs} FROM plan_device AS pd WHERE plan_row = $1 AND row > $2 AND (phase IN (1, 2) OR (phase = 0 AND status <> 0))
         ORDER BY row LIMIT $3`,
        plan.row,
        selection.afterRow,
        limit,
      );
    case 'failed':
      return queries.all(
        `SELECT ${runs} FROM plan_device AS pd WHERE plan_row = $1 AND row > $2 AND status = 3 ORDER BY row LIMIT $3`,
        plan.row,
        selection.afterRow,
        limit,
      );
    case 'keys':
      return queries.all(
        `SELECT ${runs} FROM plan_device AS pd JOIN device ON device.id = device_id
         WHERE plan_row = $1 AND device.key = ANY($2::text[]) AND product_id = (SELECT id FROM product WHERE key = $3) ORDER BY row`,
        plan.row,
        selection.deviceKeys,
        plan.document.product,
      );
  }
}
