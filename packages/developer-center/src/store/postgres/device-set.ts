import { newDeviceState, packDeviceState } from '../../engine/index.ts';
import type { TargetDevice } from '../plans.ts';
import type { ReportedVersion } from '../registry.ts';
import { targetDeviceOf, unpackVersions } from '../rows/device.ts';
import { uncount } from '../rows/failures.ts';
import { stateOf } from '../rows/run.ts';
import type { Database } from './database.ts';
import { existing, existingPlan, lockPlan, type PlanRow } from './plan-row.ts';
import type { Queries } from './queries.ts';

/** Rows that a pass over many reads at once. */
const rowsPerRead = 20_000;

/** The devices of a plan: those that it may have, laid down at activation, counted. */
export class DeviceSet {
  readonly #db: Database;
  readonly #slot: number;

  constructor(db: Database, slot: number) {
    this.#db = db;
    this.#slot = slot;
  }

  async targetDevices(
    productKey: string,
    which: { readonly key: string } | { readonly after: string },
    newestId: number,
    limit: number,
  ): Promise<TargetDevice[]> {
    const one = 'key' in which;
    const rows = await this.#db.all(
      `SELECT id, key, online_until, versions FROM device WHERE product_id = (SELECT id FROM product WHERE key = $1)
       AND key ${one ? '=' : '>'} $2 AND id <= $3 ORDER BY key LIMIT $4`,
      productKey,
      one ? which.key : which.after,
      newestId,
      limit,
    );
    return rows.map(targetDeviceOf);
  }

  async newestDeviceId(): Promise<number> {
    return Number((await this.#db.get('SELECT coalesce(max(id), 0) AS id FROM device'))?.['id']);
  }

  readVersions(text: string): ReportedVersion[] {
    return unpackVersions(text);
  }

  addPlanDevices(planId: string, devices: readonly { id: number; wave: number }[]): Promise<void> {
    return this.#db.repeatable(async (queries) => {
      const plan = existing(await lockPlan(queries, planId));
      if (plan.activation === 0) {
        plan.activation = Number((await queries.get("SELECT nextval('plan_activation') AS next"))?.['next']);
      }
      await queries.run(
        `INSERT INTO plan_device (plan_row, row, device_id, wave, phase, status, state)
         SELECT $1::bigint, $2::int + place, id, wave, 0, 0, $3::text
         FROM unnest($4::bigint[], $5::int[]) WITH ORDINALITY AS g (id, wave, place)`,
        plan.row,
        plan.devices,
        packDeviceState(newDeviceState(plan.document.components.length)),
        devices.map((device) => device.id),
        devices.map((device) => device.wave),
      );
      plan.devices += devices.length;
      plan.counts.addDevices(devices.map(({ wave }) => wave));
      plan.touch();
      plan.write(queries, this.#slot, plan.updatedAt);
    });
  }

  discardPlanDevices(planId: string): Promise<void> {
    return this.#db.repeatable(async (queries) => {
      const plan = existing(await lockPlan(queries, planId));
      await discard(queries, plan);
      plan.touch();
      plan.write(queries, this.#slot, plan.updatedAt);
    });
  }

  erasePlan(planId: string, most: number): Promise<boolean> {
    return this.#db.repeatable(async (queries) => {
      const plan = await lockPlan(queries, planId);
      if (!plan) return true;
      if (plan.devices === 0) {
        for (const table of ['plan_lease', 'timeline', 'counter']) {
          await queries.run(`DELETE FROM ${table} WHERE plan_row = $1`, plan.row);
        }
        await queries.run('DELETE FROM plan WHERE row = $1', plan.row);
        return true;
      }
      const left = Math.max(0, plan.devices - most);
      await queries.run('DELETE FROM log WHERE plan_row = $1 AND row > $2', plan.row, left);
      const sql = 'DELETE FROM plan_device WHERE plan_row = $1 AND row > $2 RETURNING wave, phase, state';
      for (const row of await queries.all(sql, plan.row, left)) uncount(plan.counts, stateOf(row), Number(row['wave']));
      plan.devices = left;
      plan.touch();
      plan.write(queries, this.#slot, plan.updatedAt);
      return false;
    });
  }

  async countPlanDevices(planId: string, holds: (deviceKey: string) => boolean): Promise<number> {
    const plan = await existingPlan(this.#db, planId);
    let count = 0;
    for (let from = 1; from <= plan.devices; from += rowsPerRead) {
      const sql = `SELECT key FROM plan_device JOIN device ON device.id = device_id WHERE plan_row = $1 AND row BETWEEN $2 AND $3`;
      const rows = await this.#db.all(sql, plan.row, from, from + rowsPerRead - 1);
      for (const row of rows) if (holds(String(row['key']))) count++;
    }
    return count;
  }

  /** One at a time over all replicas; a replica that dies meanwhile gives way at once. */
  activateAlone<T>(work: () => Promise<T>): Promise<T> {
    return this.#db.transaction(async (queries) => {
      // It waits for its turn, and then for its own work, which other connections do.
      await queries.run("SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL statement_timeout = 0");
      await queries.run("SELECT name FROM turn WHERE name = 'activation' FOR UPDATE");
      return work();
    });
  }
}

/** Throws away the devices of a locked plan with what was counted of them. */
export async function discard(queries: Queries, plan: PlanRow): Promise<void> {
  for (const table of ['plan_device', 'counter']) {
    await queries.run(`DELETE FROM ${table} WHERE plan_row = $1`, plan.row);
  }
  plan.counts.clear();
  plan.devices = 0;
  plan.activation = 0;
}
