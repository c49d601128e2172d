import type { Page } from '../packages.ts';
import type { DeviceFilter, DevicePlan, LogRecord, PlanDeviceRow, TimelinePoint } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { deviceRecordOf } from '../rows/device.ts';
import { type DeviceWindow, devicePage, deviceWindow } from '../rows/device-page.ts';
import { logOf } from '../rows/log.ts';
import type { Row } from '../rows/row.ts';
import { keptRunOf, planDeviceOf } from '../rows/run.ts';
import type { Database } from './database.ts';
import { deviceColumns } from './open-devices.ts';
import { existingPlan, PlanRow, planColumns } from './plan-row.ts';
import { prepared } from './queries.ts';
import { issuedPhase, runColumns } from './runs.ts';

/** Rows that one page may look at when few of many match a search. */
const scannedPerPage = 20_000;
const planDeviceColumns =
  'pd.plan_row, pd.row, pd.wave, pd.phase, pd.status, pd.state, device.key, device.online_until';
/**
 * Rows of one status. Said as a range, and ordered by all three, so that only the index of rows by status serves: by statistics that
 * are old, going over all rows of the plan may look as cheap.
 */
const ofStatus = `(plan_row, status, row) > ($1::bigint, $4::smallint, $2::int)
  AND (plan_row, status, row) <= ($1::bigint, $4::smallint, $3::int)`;

/** Columns of a table under names that begin with its alias, so that those of several can stand in one row. */
function columnsOf(alias: string, columns: string): string {
  return columns
    .split(', ')
    .map((column) => `${alias}.${column} AS ${alias}_${column}`)
    .join(', ');
}

/** Those of one table out of such a row. */
function partOf(row: Row, prefix: string): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * A device with its plans in one go: every device asks for this, again and again. Spelt so that each is looked up by its key, whatever
 * the statistics say.
 */
const readWithPlans = prepared(
  `SELECT ${columnsOf('d', deviceColumns)}, ${columnsOf('pd', runColumns)}, ${columnsOf('p', planColumns)}
   FROM (SELECT ${deviceColumns} FROM device WHERE product_id = (SELECT product.id FROM product WHERE product.key = $1) AND key = $2
     LIMIT 1) AS d
   LEFT JOIN LATERAL (SELECT ${runColumns} FROM plan_device WHERE device_id = d.id AND (NOT $3 OR phase = ${issuedPhase}) OFFSET 0)
     AS pd ON true
   LEFT JOIN LATERAL (SELECT ${planColumns} FROM plan WHERE row = pd.plan_row AND status <> 'inactivated' OFFSET 0) AS p ON true
   ORDER BY p.activation`,
);

/** What can be read of the devices of plans. */
export class PlanReader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async readDevice(
    productKey: string,
    deviceKey: string,
    which: 'all' | 'issued',
  ): Promise<{ device: DeviceRecord; runs: readonly DevicePlan[] } | null> {
    const rows = await this.#db.all(readWithPlans, productKey, deviceKey, which === 'issued');
    const [first] = rows;
    if (!first) return null;
    const runs: DevicePlan[] = [];
    for (const row of rows) {
      if (row['p_row'] === null) continue;
      const { plan, wave, row: place, state } = keptRunOf(new PlanRow(partOf(row, 'p_'), []), partOf(row, 'pd_'));
      runs.push({ plan: plan.sheet(), wave, row: place, state });
    }
    return { device: deviceRecordOf(partOf(first, 'd_'), productKey), runs };
  }

  async listPlanDevices(
    planId: string,
    filter: DeviceFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanDeviceRow>> {
    const plan = await existingPlan(this.#db, planId);
    const after = cursor === null ? 0 : Number(cursor);
    const window = deviceWindow(plan.counts, filter, limit, after, plan.devices, scannedPerPage);
    if (!window) return { items: [], nextCursor: null };
    const until = await this.#until(plan.row, window);
    const found =
      window.statusCode === null ? 'plan_row = $1 AND row > $2 AND row <= $3 AND $4::int IS NULL' : ofStatus;
    const rows = await this.#db.all(
      `SELECT ${planDeviceColumns} FROM plan_device AS pd JOIN device ON device.id = device_id
       WHERE ${found} AND ($5::text IS NULL OR strpos(lower(device.key), $5) > 0)
       ORDER BY ${window.statusCode === null ? 'row' : 'plan_row, status, row'} LIMIT $6`,
      plan.row,
      window.after,
      until,
      window.statusCode,
      window.search,
      window.rows,
    );
    const listed = rows.map((row) => ({ row: Number(row['row']), device: planDeviceOf(row) }));
    return devicePage(window, until, listed, limit, plan.devices);
  }

  /** How far a page looks: when it searches among devices of a status, to the last of so many of them. */
  async #until(planRow: number, { after, until, statusCode, search }: DeviceWindow): Promise<number> {
    if (statusCode === null || search === null) return until;
    const sql = `SELECT row FROM plan_device WHERE ${ofStatus}
      ORDER BY plan_row, status, row LIMIT 1 OFFSET ${scannedPerPage - 1}`;
    return Number((await this.#db.get(sql, planRow, after, until, statusCode))?.['row'] ?? until);
  }

  async findPlanDevice(planId: string, deviceKey: string): Promise<PlanDeviceRow | null> {
    const row = await this.#planDevice(planId, deviceKey);
    return row ? planDeviceOf(row) : null;
  }

  async componentLog(
    planId: string,
    deviceKey: string,
    component: number | null,
    after: number,
    limit: number,
  ): Promise<LogRecord[]> {
    const found = await this.#planDevice(planId, deviceKey);
    if (!found) return [];
    const rows = await this.#db.all(
      `SELECT * FROM log WHERE plan_row = $1 AND row = $2 AND id > $3 AND ($4::int IS NULL OR component = $4) ORDER BY id LIMIT $5`,
      Number(found['plan_row']),
      Number(found['row']),
      after,
      component,
      limit,
    );
    return rows.map(logOf);
  }

  async timeline(planId: string): Promise<TimelinePoint[]> {
    const rows = await this.#db.all(
      `SELECT time, sum(sum(upgraded)) OVER (ORDER BY time)::bigint AS upgraded, sum(sum(failed)) OVER (ORDER BY time)::bigint AS failed
       FROM timeline WHERE plan_row = $1 GROUP BY time ORDER BY time`,
      (await existingPlan(this.#db, planId)).row,
    );
    return rows.map((row) => ({
      time: Number(row['time']),
      upgraded: Number(row['upgraded']),
      failed: Number(row['failed']),
    }));
  }

  /** Failed devices by cause, from the counters. */
  async failureCauses(planId: string): Promise<{ cause: string; devices: number }[]> {
    return (await existingPlan(this.#db, planId)).counts.causes();
  }

  #planDevice(planId: string, deviceKey: string): Promise<Row | undefined> {
    return this.#db.get(
      `SELECT ${planDeviceColumns} FROM plan JOIN product ON product.key = plan.product
       JOIN device ON product_id = product.id AND device.key = $2
       JOIN plan_device AS pd ON plan_row = plan.row AND device_id = device.id WHERE plan.id = $1`,
      planId,
      deviceKey,
    );
  }
}
