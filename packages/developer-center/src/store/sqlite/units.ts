import type { DeviceSession, Pass, Run, Selection, Touched } from '../plans.ts';
import { StoreError } from '../store-error.ts';
import type { Row } from './database.ts';
import type { LivePlan } from './live-plan.ts';
import { deviceOf } from './registry.ts';
import { keptRunOf, SqliteRun } from './runs.ts';
import { SqliteSession } from './session.ts';
import { activated, fromPlanDevice, fromPlanDevicesByStatus, joined, type Tables } from './tables.ts';

/** Units of work: one transaction over a device, over a part of a plan, over what is due. */
export class Units {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  inDevice<T>(
    productKey: string,
    deviceKey: string,
    now: number,
    work: (session: DeviceSession) => T,
  ): Promise<{ value: T; touched: Touched[] } | null> {
    return this.#tables.db.write(() => {
      const kept = this.#tables.device(productKey, deviceKey);
      if (!kept) return null;
      const runs = this.#tables.runsOf(kept);
      const session = new SqliteSession(this.#tables.db, kept, runs, now);
      const value = work(session);
      const touched: Touched[] = [];
      for (const run of runs) {
        const changed = run.write(now);
        if (changed) touched.push(changed);
      }
      return { value, touched };
    });
  }

  inPlan(
    planId: string,
    selection: Selection,
    limit: number,
    now: number,
    work: (run: Run) => boolean,
  ): Promise<Pass | null> {
    return this.#tables.db.write(() => {
      const plan = this.#tables.plans.byId(planId);
      if (!plan) return null;
      const rows = this.#select(plan, selection, limit);
      const touched: Touched[] = [];
      let last: Pass['last'] = null;
      for (const row of rows) {
        const run = this.#run(plan, row);
        if (run) {
          if (!work(run)) return { touched, last };
          const changed = run.write(now);
          if (changed) touched.push(changed);
        }
        last = { wave: Number(row['wave']), row: Number(row['row']) };
      }
      return { touched, last: rows.length < limit ? null : last };
    });
  }

  inDue(before: number, limit: number, work: (run: Run) => void): Promise<Touched[]> {
    return this.#tables.db.write(() => {
      const rows = this.#tables.db.all(
        `SELECT ${joined} ${fromPlanDevice} WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
        before,
        limit,
      );
      const touched: Touched[] = [];
      for (const row of rows) {
        const run = this.#run(this.#tables.plans.byRow(Number(row['plan_row'])), row);
        if (!run) {
          // Else it would be due for ever and hold up the rest. Its checksum stays wrong, and so it is found.
          this.#tables.db.run('UPDATE plan_device SET due_at = NULL WHERE row = ?', Number(row['row']));
          continue;
        }
        work(run);
        const changed = run.write(before);
        if (changed) touched.push(changed);
      }
      return touched;
    });
  }

  async duePlans(before: number): Promise<string[]> {
    return this.#tables.db.read(() =>
      this.#tables.db
        .all('SELECT id FROM plan WHERE due_at <= ? ORDER BY due_at', before)
        .map((row) => String(row['id'])),
    );
  }

  async nextDue(): Promise<number | null> {
    return this.#tables.db.read(() => {
      const plan = this.#tables.db.get('SELECT min(due_at) AS at FROM plan WHERE due_at IS NOT NULL')?.['at'] ?? null;
      const device =
        this.#tables.db.get('SELECT min(due_at) AS at FROM plan_device WHERE due_at IS NOT NULL')?.['at'] ?? null;
      const times = [plan, device].filter((at) => at !== null).map(Number);
      return times.length === 0 ? null : Math.min(...times);
    });
  }

  scheduleAgain(now: number): Promise<void> {
    return this.#tables.db.write(() => {
      for (const row of this.#tables.db.all(`SELECT row FROM plan WHERE ${activated}`)) {
        this.#tables.plans.touch(this.#tables.plans.byRow(Number(row['row'])), now);
      }
    });
  }

  #select(plan: LivePlan, selection: Selection, limit: number): Row[] {
    switch (selection.kind) {
      case 'push':
        return this.#tables.db.all(
          `SELECT ${joined} ${fromPlanDevice} WHERE plan_row = ?1 AND phase = 0 AND (wave, row) > (?2, ?3) AND wave < ?4
           AND online_until > ?5 ORDER BY wave, row LIMIT ?6`,
          plan.row,
          selection.after.wave,
          selection.after.row,
          selection.waves,
          selection.onlineAt,
          limit,
        );
      case 'begun':
        return this.#tables.db.all(
          `SELECT ${joined} ${fromPlanDevice} WHERE row > ? AND row BETWEEN ? AND ?
           AND (phase IN (1, 2) OR (phase = 0 AND plan_device.status <> 0)) ORDER BY row LIMIT ?`,
          selection.afterRow,
          plan.firstRow,
          plan.lastRow,
          limit,
        );
      case 'failed':
        return this.#tables.db.all(
          `SELECT ${joined} ${fromPlanDevicesByStatus} WHERE plan_device.status = 3 AND row > ? AND row BETWEEN ? AND ?
           ORDER BY row LIMIT ?`,
          selection.afterRow,
          plan.firstRow,
          plan.lastRow,
          limit,
        );
      case 'keys':
        return selection.deviceKeys.map((key) => this.#tables.planDevice(plan.id, key)).filter((row) => row !== null);
    }
  }

  /** A row of a pass. It is written past the cache, which therefore forgets the device. `null`: it is damaged and left out. */
  #run(plan: LivePlan, row: Row): SqliteRun | null {
    try {
      const device = deviceOf(row, plan.document.product);
      const kept = keptRunOf(plan, row, device.id);
      this.#tables.devices.forget(device.productKey, device.deviceKey);
      return new SqliteRun(this.#tables.db, this.#tables.plans, device, kept);
    } catch (error) {
      if (error instanceof StoreError && error.failure === 'corrupt') return null;
      throw error;
    }
  }
}
