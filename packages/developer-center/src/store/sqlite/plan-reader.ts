import type { Page } from '../packages.ts';
import type { DeviceFilter, DevicePlan, LogRecord, PlanDeviceRow, TimelinePoint } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { type DeviceWindow, devicePage, deviceWindow } from '../rows/device-page.ts';
import { logOf as readLog } from '../rows/log.ts';
import { planDeviceOf as readPlanDevice } from '../rows/run.ts';
import { StoreError } from '../store-error.ts';
import { damaged, isLogSound, isPlanDeviceSound } from './checksums.ts';
import type { Row } from './database.ts';
import { LogChains } from './log-chains.ts';
import { fromPlanDevice, fromPlanDevicesByStatus, joined, type Tables } from './tables.ts';

/** Rows that one page may look at when few of many match a search. */
const scannedPerPage = 6000;

/** What can be read of the devices of plans. */
export class PlanReader {
  readonly #tables: Tables;
  readonly #chains: LogChains;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#chains = new LogChains(tables.db);
  }

  async readDevice(
    productKey: string,
    deviceKey: string,
    which: 'all' | 'issued',
  ): Promise<{ device: DeviceRecord; runs: readonly DevicePlan[] } | null> {
    return this.#tables.db.read(() => {
      const kept = this.#tables.device(productKey, deviceKey);
      if (!kept) return null;
      const runs: DevicePlan[] = [];
      for (const { plan, wave, row, state } of this.#tables.runsOf(kept)) {
        if (which === 'all' || state.phase === 'issued') runs.push({ plan: plan.sheet(), wave, row, state });
      }
      return { device: kept.device, runs };
    });
  }

  async listPlanDevices(
    planId: string,
    filter: DeviceFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanDeviceRow>> {
    return this.#tables.db.read(() => {
      const plan = this.#tables.existing(planId);
      const after = cursor === null ? plan.firstRow - 1 : Number(cursor);
      const window = deviceWindow(plan.counts, filter, limit, after, plan.lastRow, scannedPerPage);
      if (!window) return { items: [], nextCursor: null };
      const until = this.#until(window);
      const byStatus = window.statusCode !== null;
      const rows = this.#tables.db.all(
        `SELECT ${joined}, plan_device.status AS status ${byStatus ? fromPlanDevicesByStatus : fromPlanDevice}
         WHERE row > ?1 AND row <= ?2 AND ${byStatus ? 'plan_device.status = ?3' : '?3 IS NULL'}
         AND (?4 IS NULL OR instr(lower(device.key), ?4) > 0) ORDER BY row LIMIT ?5`,
        window.after,
        until,
        window.statusCode,
        window.search,
        window.rows,
      );
      const listed = rows.map((row) => ({ row: Number(row['row']), device: planDeviceOf(row) }));
      return devicePage(window, until, listed, limit, plan.lastRow);
    });
  }

  /** How far a page looks: when it searches among devices of a status, to the last of so many of them. */
  #until({ after, until, statusCode, search }: DeviceWindow): number {
    if (statusCode === null || search === null) return until;
    const sql = `SELECT row FROM plan_device INDEXED BY plan_device_status WHERE status = ? AND row > ? AND row <= ?
      ORDER BY row LIMIT 1 OFFSET ${scannedPerPage - 1}`;
    return Number(this.#tables.db.get(sql, statusCode, after, until)?.['row'] ?? until);
  }

  async findPlanDevice(planId: string, deviceKey: string): Promise<PlanDeviceRow | null> {
    return this.#tables.db.read(() => {
      const row = this.#tables.planDevice(planId, deviceKey);
      return row ? planDeviceOf(row) : null;
    });
  }

  async componentLog(
    planId: string,
    deviceKey: string,
    component: number | null,
    after: number,
    limit: number,
  ): Promise<LogRecord[]> {
    return this.#tables.db.read(() => {
      const found = this.#tables.planDevice(planId, deviceKey);
      if (!found) return [];
      const log = `${planId}/${String(found['row'])}`;
      const ids = this.#chains.page(log, Number(found['last_log']), component, after, limit);
      return ids.map((id) => {
        const row = this.#tables.db.get('SELECT * FROM log WHERE id = ?', id);
        if (!row) throw new StoreError('corrupt', `there is no log line ${id}`);
        return logOf(row);
      });
    });
  }

  /** Failed devices by cause, from the counters. */
  async failureCauses(planId: string): Promise<{ cause: string; devices: number }[]> {
    return this.#tables.db.read(() => this.#tables.existing(planId).counts.causes());
  }

  async timeline(planId: string): Promise<TimelinePoint[]> {
    return this.#tables.db.read(() => {
      const rows = this.#tables.db.all(
        'SELECT * FROM timeline WHERE plan_row = ? ORDER BY time',
        this.#tables.existing(planId).row,
      );
      return rows.map((row) => ({
        time: Number(row['time']),
        upgraded: Number(row['upgraded']),
        failed: Number(row['failed']),
      }));
    });
  }
}

function planDeviceOf(row: Row): PlanDeviceRow {
  if (!isPlanDeviceSound(row, Number(row['plan_row']), row['id'] ?? null)) {
    throw damaged(`row ${String(row['row'])} of the devices of plans`);
  }
  return readPlanDevice(row);
}

function logOf(row: Row): LogRecord {
  if (!isLogSound(row)) throw damaged(`log line ${String(row['id'])}`);
  return readLog(row);
}
