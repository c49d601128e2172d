import { StoreError } from '../store-error.ts';
import type { Database, Row } from './database.ts';
import type { DeviceCache, KeptDevice } from './device-cache.ts';
import type { LivePlan } from './live-plan.ts';
import { LivePlans } from './live-plans.ts';
import { deviceOf, deviceSql } from './registry.ts';
import { keptRunOf, SqliteRun } from './runs.ts';

export const activated = "status IN ('toBeUpgraded', 'upgrading', 'suspended')";
const runColumns = 'row, plan_row, wave, phase, state, due_at, last_log, row_checksum';
/** Columns of a device beside those of its row in a plan. */
export const joined = `${runColumns}, device.*`;
export const fromPlanDevice = 'FROM plan_device JOIN device ON device.id = device_id';
/** The same for rows of one status in order: without being told, the planner may go over all rows instead. */
export const fromPlanDevicesByStatus =
  'FROM plan_device INDEXED BY plan_device_status CROSS JOIN device ON device.id = device_id';

/** What the parts of the plan store stand on: the database, the plans and devices that are in memory. */
export class Tables {
  readonly db: Database;
  readonly plans: LivePlans;
  readonly devices: DeviceCache;

  constructor(db: Database, devices: DeviceCache) {
    this.db = db;
    this.devices = devices;
    this.plans = new LivePlans(db, () => devices.clear());
  }

  existing(planId: string): LivePlan {
    const plan = this.plans.byId(planId);
    if (!plan) throw new StoreError('failed', 'the plan was deleted meanwhile');
    return plan;
  }

  planDevice(planId: string, deviceKey: string): Row | null {
    const plan = this.existing(planId);
    const row = this.db.get(
      `SELECT ${joined}, plan_device.status AS status ${fromPlanDevice}
       WHERE device_id = (SELECT device.id FROM device JOIN product ON product.id = product_id WHERE product.key = ? AND device.key = ?)
       AND row BETWEEN ? AND ?`,
      plan.document.product,
      deviceKey,
      plan.firstRow,
      plan.lastRow,
    );
    return row ?? null;
  }

  /** A device and its rows, from the cache where it was heard of lately. */
  device(productKey: string, deviceKey: string): KeptDevice | null {
    const known = this.devices.get(productKey, deviceKey);
    if (known) return known;
    const row = this.db.get(deviceSql, productKey, deviceKey);
    if (!row) return null;
    const device = deviceOf(row, productKey);
    const rows = this.db.all(`SELECT ${runColumns} FROM plan_device WHERE device_id = ? ORDER BY row`, device.id);
    const runs = rows.map((each) => keptRunOf(this.plans.byRow(Number(each['plan_row'])), each, device.id));
    const kept = { device, runs };
    this.devices.put(kept);
    return kept;
  }

  runsOf({ device, runs }: KeptDevice): SqliteRun[] {
    // Devices that are being laid down are not in the plan yet.
    const open: SqliteRun[] = [];
    for (const run of runs) {
      if (run.plan.status !== 'inactivated') open.push(new SqliteRun(this.db, this.plans, device, run));
    }
    return open;
  }
}
