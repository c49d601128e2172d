import { deviceStatuses, deviceStatusNames } from '@otaplan/model';
import { phases, unpackDeviceState } from '../../engine/index.ts';
import type { Page } from '../packages.ts';
import type { LogRecord, PlanDeviceRow, Run, TimelinePoint } from '../plans.ts';
import type { DeviceRecord } from '../registry.ts';
import { StoreError } from '../store-error.ts';
import { damaged, isLogSound, isPlanDeviceSound } from './checksums.ts';
import type { Row } from './database.ts';
import { logCauseCodes } from './runs.ts';
import { fromPlanDevice, joined, type Tables } from './tables.ts';

/** Rows that one page may look at when few of many match. */
const scannedPerPage = 6000;

/** What can be read of the devices of plans. */
export class PlanReader {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  async readDevice(
    productKey: string,
    deviceKey: string,
  ): Promise<{ device: DeviceRecord; runs: readonly Omit<Run, 'keep' | 'otherPlan'>[] } | null> {
    return this.#tables.db.read(() => {
      const kept = this.#tables.device(productKey, deviceKey);
      if (!kept) return null;
      const { device } = kept;
      const runs = this.#tables.runsOf(kept).map((run) => ({
        plan: run.plan.snapshot(),
        device,
        wave: run.wave,
        row: run.row,
        state: run.state,
      }));
      return { device, runs };
    });
  }

  async listPlanDevices(
    planId: string,
    filter: { status?: string | undefined; search?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanDeviceRow>> {
    return this.#tables.db.read(() => {
      const plan = this.#tables.existing(planId);
      const after = cursor === null ? plan.firstRow - 1 : Number(cursor);
      const status = deviceStatusNames.find((name) => name === filter.status);
      if (status !== undefined && plan.counts.of(`d.${status}`) === 0) return { items: [], nextCursor: null };
      // The partial index on failed needs the condition spelt out.
      const failed = status === 'upgradeFailed';
      const scanned = status === undefined && filter.search === undefined ? limit + 1 : scannedPerPage;
      const until = failed ? plan.lastRow : Math.min(plan.lastRow, after + scanned);
      const rows = this.#tables.db.all(
        `SELECT ${joined}, plan_device.status AS status ${fromPlanDevice} WHERE row > ?1 AND row <= ?2
         AND ${failed ? 'plan_device.status = 3 AND ?3 = 3' : '(?3 IS NULL OR plan_device.status = ?3)'}
         AND (?4 IS NULL OR instr(lower(device.key), ?4) > 0) ORDER BY row LIMIT ?5`,
        after,
        until,
        status === undefined ? null : deviceStatuses[status].code,
        filter.search === undefined ? null : filter.search.toLowerCase(),
        limit + 1,
      );
      const shown = rows.slice(0, limit);
      const items = shown.map(planDeviceOf);
      const next = rows.length > limit ? Number(shown.at(-1)?.['row']) : until < plan.lastRow ? until : null;
      return { items, nextCursor: next === null ? null : String(next) };
    });
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
      const lines: LogRecord[] = [];
      let id = Number(this.#tables.planDevice(planId, deviceKey)?.['last_log'] ?? 0);
      while (id > after) {
        const row = this.#tables.db.get('SELECT * FROM log WHERE id = ?', id);
        if (!row) throw new StoreError('corrupt', `there is no log line ${id}`);
        if (component === null || component === row['component']) lines.push(logOf(row));
        id = Number(row['before']);
      }
      return lines.reverse().slice(0, limit);
    });
  }

  /** Failed devices by cause, from the counters. */
  async failureCauses(planId: string): Promise<{ cause: string; devices: number }[]> {
    return this.#tables.db.read(() => {
      const causes: { cause: string; devices: number }[] = [];
      for (const [name, devices] of this.#tables.existing(planId).counts.names()) {
        if (name.startsWith('f.') && devices > 0) causes.push({ cause: name.slice(2), devices });
      }
      return causes;
    });
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
  return {
    deviceKey: String(row['key']),
    onlineUntil: Number(row['online_until']),
    wave: Number(row['wave']),
    status: deviceStatusNames.find((name) => deviceStatuses[name].code === row['status']) ?? 'notUpgraded',
    state: unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state'])),
  };
}

function logOf(row: Row): LogRecord {
  if (!isLogSound(row)) throw damaged(`log line ${String(row['id'])}`);
  return {
    id: Number(row['id']),
    time: Number(row['time']),
    component: Number(row['component']),
    attempt: Number(row['attempt']),
    cause: logCauseCodes[Number(row['cause'])] ?? 'platform',
    text: String(row['text']),
    reported: row['reported'] === null ? null : String(row['reported']),
  };
}
