import { newDeviceState, packDeviceState } from '../../engine/index.ts';
import type { TargetDevice } from '../plans.ts';
import type { ReportedVersion } from '../registry.ts';
import { targetDeviceOf, unpackVersions } from '../rows/device.ts';
import { uncount } from '../rows/failures.ts';
import { stateOf } from '../rows/run.ts';
import { StoreError } from '../store-error.ts';
import { planDeviceChecksum } from './checksums.ts';
import type { LivePlan } from './live-plan.ts';
import { fromPlanDevice, type Tables } from './tables.ts';

/** Rows that a pass over many looks at before others have their turn. */
const rowsPerTurn = 20_000;

/** The devices of a plan: those that it may have, laid down at activation, counted. */
export class DeviceSet {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async targetDevices(
    productKey: string,
    which: { readonly key: string } | { readonly after: string },
    newestId: number,
    limit: number,
  ): Promise<TargetDevice[]> {
    const one = 'key' in which;
    if (!one) await this.#tables.db.turn();
    return this.#tables.db.read(() => {
      const rows = this.#tables.db.all(
        `SELECT id, key, online_until, versions FROM device WHERE product_id = (SELECT id FROM product WHERE key = ?)
         AND key ${one ? '=' : '>'} ? AND id <= ? ORDER BY key LIMIT ?`,
        productKey,
        one ? which.key : which.after,
        newestId,
        limit,
      );
      return rows.map(targetDeviceOf);
    });
  }

  async newestDeviceId(): Promise<number> {
    return this.#tables.db.read(() =>
      Number(this.#tables.db.get('SELECT coalesce(max(id), 0) AS id FROM device')?.['id']),
    );
  }

  readVersions(text: string): ReportedVersion[] {
    return unpackVersions(text);
  }

  addPlanDevices(planId: string, devices: readonly { id: number; wave: number }[]): Promise<void> {
    return this.#tables.db.write(() => {
      this.#tables.devices.clear();
      const plan = this.#tables.existing(planId);
      const newest = Number(this.#tables.db.get('SELECT coalesce(max(row), 0) AS row FROM plan_device')?.['row']);
      if (plan.lastRow === -1) {
        plan.firstRow = newest + 1;
        plan.lastRow = newest;
      }
      if (plan.lastRow !== newest) throw new StoreError('failed', 'two plans were being activated at once');
      const state = packDeviceState(newDeviceState(plan.document.components.length));
      for (const device of devices) {
        this.#tables.db.run(
          `INSERT INTO plan_device (row, plan_row, device_id, wave, phase, status, state, row_checksum)
           VALUES (?, ?, ?, ?, 0, 0, ?, ?)`,
          ++plan.lastRow,
          plan.row,
          device.id,
          device.wave,
          state,
          planDeviceChecksum(plan.row, device.id, device.wave, 0, state, null, 0),
        );
      }
      plan.counts.addDevices(devices.map(({ wave }) => wave));
      plan.touch();
      this.#tables.plans.touch(plan, plan.updatedAt);
    });
  }

  discardPlanDevices(planId: string): Promise<void> {
    return this.#tables.db.write(() => {
      const plan = this.#tables.existing(planId);
      discard(this.#tables, plan);
      plan.touch();
      this.#tables.plans.touch(plan, plan.updatedAt);
    });
  }

  erasePlan(planId: string, most: number): Promise<boolean> {
    return this.#tables.db.write(() => {
      const plan = this.#tables.plans.byId(planId);
      if (!plan) return true;
      this.#tables.devices.clear();
      if (plan.lastRow < plan.firstRow) {
        for (const table of ['timeline', 'counter']) {
          this.#tables.db.run(`DELETE FROM ${table} WHERE plan_row = ?`, plan.row);
        }
        this.#tables.db.run('DELETE FROM plan WHERE row = ?', plan.row);
        this.#tables.plans.forget(plan);
        return true;
      }
      const from = Math.max(plan.firstRow, plan.lastRow - most + 1);
      const sql = 'SELECT wave, phase, state, last_log FROM plan_device WHERE row BETWEEN ? AND ?';
      for (const row of this.#tables.db.all(sql, from, plan.lastRow)) {
        uncount(plan.counts, stateOf(row), Number(row['wave']));
        this.#eraseLog(Number(row['last_log']));
      }
      this.#tables.db.run('DELETE FROM plan_device WHERE row BETWEEN ? AND ?', from, plan.lastRow);
      plan.lastRow = from - 1;
      plan.touch();
      this.#tables.plans.touch(plan, plan.updatedAt);
      return false;
    });
  }

  /** Deletes a device's lines from its newest on. */
  #eraseLog(newest: number): void {
    for (let id = newest; id > 0; ) {
      const before = Number(this.#tables.db.get('SELECT before FROM log WHERE id = ?', id)?.['before'] ?? 0);
      this.#tables.db.run('DELETE FROM log WHERE id = ?', id);
      id = before;
    }
  }

  async countPlanDevices(planId: string, holds: (deviceKey: string) => boolean): Promise<number> {
    const { firstRow, lastRow } = this.#tables.db.read(() => this.#tables.existing(planId));
    let count = 0;
    for (let from = firstRow; from <= lastRow; from += rowsPerTurn) {
      await this.#tables.db.turn();
      const sql = `SELECT device.key ${fromPlanDevice} WHERE row BETWEEN ? AND ?`;
      const rows = this.#tables.db.read(() =>
        this.#tables.db.all(sql, from, Math.min(lastRow, from + rowsPerTurn - 1)),
      );
      for (const row of rows) if (holds(String(row['key']))) count++;
    }
    return count;
  }
}

/** Deletes the rows of a plan that is not activated, and what was counted of them. */
export function discard(tables: Tables, plan: LivePlan): void {
  tables.devices.clear();
  tables.db.run('DELETE FROM plan_device WHERE row BETWEEN ? AND ?', plan.firstRow, plan.lastRow);
  tables.db.run('DELETE FROM counter WHERE plan_row = ?', plan.row);
  plan.firstRow = 0;
  plan.lastRow = -1;
  plan.counts.clear();
}
