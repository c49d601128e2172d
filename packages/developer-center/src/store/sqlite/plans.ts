import { deviceStatuses, deviceStatusNames, nameIdentity, type Plan, planDigest } from '@otaplan/model';
import { newDeviceState, newPlanState, packDeviceState, phases, unpackDeviceState } from '../../engine/index.ts';
import type { Page } from '../packages.ts';
import type {
  DeviceSession,
  LogRecord,
  Pass,
  PlanChange,
  PlanDeviceRow,
  PlanRecord,
  PlanStore,
  Run,
  Selection,
  TargetDevice,
  TimelinePoint,
  Touched,
} from '../plans.ts';
import type { DeviceRecord, ReportedVersion } from '../registry.ts';
import { StoreError } from '../store-error.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import type { DeviceCache, KeptDevice } from './device-cache.ts';
import type { LivePlan } from './live-plan.ts';
import { LivePlans } from './live-plans.ts';
import { deviceOf, deviceSql, unpackVersions } from './registry.ts';
import { keptRunOf, logCauseCodes, SqliteRun } from './runs.ts';
import { SqliteSession } from './session.ts';
import { verifyPlans } from './verify.ts';

type Row = NonNullable<ReturnType<Database['get']>>;

const activated = "status IN ('toBeUpgraded', 'upgrading', 'suspended')";
const runColumns = 'row, plan_row, wave, phase, state, due_at, last_log';
/** Columns of a device beside those of its row in a plan. */
const joined = `${runColumns}, device.*`;
const fromPlanDevice = 'FROM plan_device JOIN device ON device.id = device_id';
/** Rows that one page may look at when few of many match. */
const scannedPerPage = 20_000;
/** Rows that a pass over many looks at before others have their turn. */
const rowsPerTurn = 20_000;

/** Plans and their devices in SQLite. */
export class SqlitePlans implements PlanStore {
  readonly #db: Database;
  readonly #plans: LivePlans;
  readonly #devices: DeviceCache;

  constructor(db: Database, devices: DeviceCache) {
    this.#db = db;
    this.#devices = devices;
    this.#plans = new LivePlans(db, () => devices.clear());
  }

  createPlan(id: string, document: Plan, who: string, now: number): Promise<PlanRecord | 'nameTaken'> {
    return this.#db.write(() => {
      const identity = nameIdentity(document.name);
      if (this.#db.get('SELECT 1 FROM plan WHERE name_identity = ?', identity)) return 'nameTaken';
      const { head, targets } = split(document);
      const { id: row } = this.#db.run(
        `INSERT INTO plan (id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
         VALUES (?, ?, ?, 'inactivated', 1, ?, ?, ?, ?, ?)`,
        id,
        identity,
        document.product,
        JSON.stringify(head),
        targets,
        JSON.stringify(newPlanState),
        now,
        now,
      );
      appendAudit(this.#db, { time: now, who, action: 'createPlan', subject: document.name, detail: document.digest });
      return this.#plans.byRow(row).snapshot();
    });
  }

  async findPlan(id: string): Promise<PlanRecord | null> {
    return this.#db.read(() => this.#plans.byId(id)?.snapshot() ?? null);
  }

  async findPlanByName(name: string): Promise<PlanRecord | null> {
    return this.#db.read(() => {
      const row = this.#db.get('SELECT row FROM plan WHERE name_identity = ?', nameIdentity(name));
      return row ? this.#plans.byRow(Number(row['row'])).snapshot() : null;
    });
  }

  async planDocument(id: string): Promise<Plan | null> {
    return this.#db.read(() => {
      const plan = this.#plans.byId(id);
      if (!plan) return null;
      const row = this.#db.get('SELECT targets FROM plan WHERE row = ?', plan.row);
      const document = join(plan.document, String(row?.['targets']));
      if (planDigest(document) !== document.digest) {
        throw new StoreError('corrupt', `the plan “${document.name}” is not what its digest says`);
      }
      return document;
    });
  }

  async listPlans(
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>> {
    return this.#db.read(() => {
      const rows = this.#db.all(
        `SELECT row FROM plan WHERE row < ?1 AND (?2 IS NULL OR instr(name_identity, ?2) > 0) AND (?3 IS NULL OR product = ?3)
         AND (?4 IS NULL OR status = ?4) ORDER BY row DESC LIMIT ?5`,
        cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
        filter.name === undefined ? null : nameIdentity(filter.name),
        filter.product ?? null,
        filter.status ?? null,
        limit + 1,
      );
      const shown = rows.slice(0, limit).map((row) => Number(row['row']));
      const items = shown.map((row) => this.#plans.byRow(row).snapshot());
      return { items, nextCursor: rows.length > limit ? String(shown.at(-1)) : null };
    });
  }

  async activatedPlans(productKey?: string): Promise<PlanRecord[]> {
    return this.#db.read(() => {
      const sql = `SELECT row FROM plan WHERE ${activated} AND (?1 IS NULL OR product = ?1) ORDER BY first_row`;
      const rows = this.#db.all(sql, productKey ?? null);
      return rows.map((row) => this.#plans.byRow(Number(row['row'])).snapshot());
    });
  }

  changePlan(
    id: string,
    change: (plan: PlanRecord) => PlanChange | null,
    who: string,
    now: number,
  ): Promise<PlanRecord | 'unknown' | 'nameTaken'> {
    return this.#db.write(() => {
      const plan = this.#plans.byId(id);
      if (!plan) return 'unknown';
      const made = change(plan);
      if (!made) return plan.snapshot();
      const { document, status, state, action, detail, quiet = false } = made;
      if (document) {
        const identity = nameIdentity(document.name);
        if (this.#db.get('SELECT 1 FROM plan WHERE name_identity = ? AND row <> ?', identity, plan.row))
          return 'nameTaken';
        const { targets } = split(document);
        this.#db.run('UPDATE plan SET name_identity = ?, targets = ? WHERE row = ?', identity, targets, plan.row);
      }
      this.#plans.touch(plan, now);
      plan.change(
        {
          quiet,
          ...(status === undefined ? {} : { status }),
          ...(state === undefined ? {} : { state }),
          ...(document === undefined ? {} : { document: split(document).head }),
        },
        now,
      );
      if (action !== undefined) {
        appendAudit(this.#db, { time: now, who, action, subject: plan.document.name, detail: detail ?? '' });
      }
      return plan.snapshot();
    });
  }

  deletePlan(id: string, check: (plan: PlanRecord) => void, who: string, now: number): Promise<boolean> {
    return this.#db.write(() => {
      const plan = this.#plans.byId(id);
      if (!plan) return false;
      check(plan);
      this.#discard(plan);
      for (const table of ['counter', 'timeline']) this.#db.run(`DELETE FROM ${table} WHERE plan_row = ?`, plan.row);
      this.#db.run('DELETE FROM plan WHERE row = ?', plan.row);
      this.#plans.forget(plan);
      appendAudit(this.#db, { time: now, who, action: 'deletePlan', subject: plan.document.name, detail: '' });
      return true;
    });
  }

  async targetDevices(
    productKey: string,
    which: { readonly key: string } | { readonly after: string },
    newestId: number,
    limit: number,
  ): Promise<TargetDevice[]> {
    const one = 'key' in which;
    if (!one) await this.#db.turn();
    return this.#db.read(() => {
      const rows = this.#db.all(
        `SELECT id, key, online_until, versions FROM device WHERE product_id = (SELECT id FROM product WHERE key = ?)
         AND key ${one ? '=' : '>'} ? AND id <= ? ORDER BY key LIMIT ?`,
        productKey,
        one ? which.key : which.after,
        newestId,
        limit,
      );
      return rows.map((row) => ({
        id: Number(row['id']),
        deviceKey: String(row['key']),
        onlineUntil: Number(row['online_until']),
        versions: String(row['versions']),
      }));
    });
  }

  async newestDeviceId(): Promise<number> {
    return this.#db.read(() => Number(this.#db.get('SELECT coalesce(max(id), 0) AS id FROM device')?.['id']));
  }

  readVersions(text: string): ReportedVersion[] {
    return unpackVersions(text);
  }

  addPlanDevices(planId: string, devices: readonly { id: number; wave: number }[]): Promise<void> {
    return this.#db.write(() => {
      this.#devices.clear();
      const plan = this.#existing(planId);
      const newest = Number(this.#db.get('SELECT coalesce(max(row), 0) AS row FROM plan_device')?.['row']);
      if (plan.lastRow === -1) {
        plan.firstRow = newest + 1;
        plan.lastRow = newest;
      }
      if (plan.lastRow !== newest) throw new StoreError('failed', 'two plans were being activated at once');
      const components = plan.document.components.length;
      const state = packDeviceState(newDeviceState(components));
      for (const device of devices) {
        this.#db.run(
          'INSERT INTO plan_device (row, plan_row, device_id, wave, phase, status, state) VALUES (?, ?, ?, ?, 0, 0, ?)',
          ++plan.lastRow,
          plan.row,
          device.id,
          device.wave,
          state,
        );
        plan.counts.add(`w.${device.wave}`, 1);
      }
      plan.counts.add('d.notUpgraded', devices.length);
      for (let index = 0; index < components; index++) plan.counts.add(`c.${index}.planNotReceived`, devices.length);
      plan.touch();
      this.#plans.touch(plan, plan.updatedAt);
    });
  }

  discardPlanDevices(planId: string): Promise<void> {
    return this.#db.write(() => {
      const plan = this.#existing(planId);
      this.#discard(plan);
      plan.touch();
      this.#plans.touch(plan, plan.updatedAt);
    });
  }

  async countPlanDevices(planId: string, holds: (deviceKey: string) => boolean): Promise<number> {
    const { firstRow, lastRow } = this.#db.read(() => this.#existing(planId));
    let count = 0;
    for (let from = firstRow; from <= lastRow; from += rowsPerTurn) {
      await this.#db.turn();
      const sql = `SELECT device.key ${fromPlanDevice} WHERE row BETWEEN ? AND ?`;
      const rows = this.#db.read(() => this.#db.all(sql, from, Math.min(lastRow, from + rowsPerTurn - 1)));
      for (const row of rows) if (holds(String(row['key']))) count++;
    }
    return count;
  }

  inDevice<T>(
    productKey: string,
    deviceKey: string,
    now: number,
    work: (session: DeviceSession) => T,
  ): Promise<{ value: T; touched: Touched[] } | null> {
    return this.#db.write(() => {
      const kept = this.#device(productKey, deviceKey);
      if (!kept) return null;
      const runs = this.#runsOf(kept);
      const session = new SqliteSession(this.#db, kept, runs, now);
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
    return this.#db.write(() => {
      const plan = this.#plans.byId(planId);
      if (!plan) return null;
      const rows = this.#select(plan, selection, limit);
      const touched: Touched[] = [];
      let last: Pass['last'] = null;
      for (const row of rows) {
        const run = this.#run(plan, row);
        if (!work(run)) return { touched, last };
        const changed = run.write(now);
        if (changed) touched.push(changed);
        last = { wave: run.wave, row: run.row };
      }
      return { touched, last: rows.length < limit ? null : last };
    });
  }

  inDue(before: number, limit: number, work: (run: Run) => void): Promise<Touched[]> {
    return this.#db.write(() => {
      const rows = this.#db.all(
        `SELECT ${joined} ${fromPlanDevice} WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
        before,
        limit,
      );
      const touched: Touched[] = [];
      for (const row of rows) {
        const run = this.#run(this.#plans.byRow(Number(row['plan_row'])), row);
        work(run);
        const changed = run.write(before);
        if (changed) touched.push(changed);
      }
      return touched;
    });
  }

  async duePlans(before: number): Promise<string[]> {
    return this.#db.read(() =>
      this.#db.all('SELECT id FROM plan WHERE due_at <= ? ORDER BY due_at', before).map((row) => String(row['id'])),
    );
  }

  async nextDue(): Promise<number | null> {
    return this.#db.read(() => {
      const plan = this.#db.get('SELECT min(due_at) AS at FROM plan WHERE due_at IS NOT NULL')?.['at'] ?? null;
      const device = this.#db.get('SELECT min(due_at) AS at FROM plan_device WHERE due_at IS NOT NULL')?.['at'] ?? null;
      const times = [plan, device].filter((at) => at !== null).map(Number);
      return times.length === 0 ? null : Math.min(...times);
    });
  }

  scheduleAgain(now: number): Promise<void> {
    return this.#db.write(() => {
      for (const row of this.#db.all(`SELECT row FROM plan WHERE ${activated}`)) {
        this.#plans.touch(this.#plans.byRow(Number(row['row'])), now);
      }
    });
  }

  async readDevice(
    productKey: string,
    deviceKey: string,
  ): Promise<{ device: DeviceRecord; runs: readonly Omit<Run, 'keep' | 'otherPlan'>[] } | null> {
    return this.#db.read(() => {
      const kept = this.#device(productKey, deviceKey);
      if (!kept) return null;
      const { device } = kept;
      const runs = this.#runsOf(kept).map((run) => ({
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
    return this.#db.read(() => {
      const plan = this.#existing(planId);
      const after = cursor === null ? plan.firstRow - 1 : Number(cursor);
      const status = deviceStatusNames.find((name) => name === filter.status);
      if (status !== undefined && plan.counts.of(`d.${status}`) === 0) return { items: [], nextCursor: null };
      // The partial index on failed needs the condition spelt out.
      const failed = status === 'upgradeFailed';
      const scanned = status === undefined && filter.search === undefined ? limit + 1 : scannedPerPage;
      const until = failed ? plan.lastRow : Math.min(plan.lastRow, after + scanned);
      const rows = this.#db.all(
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
    return this.#db.read(() => {
      const row = this.#planDevice(planId, deviceKey);
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
    return this.#db.read(() => {
      const lines: LogRecord[] = [];
      let id = Number(this.#planDevice(planId, deviceKey)?.['last_log'] ?? 0);
      while (id > after) {
        const row = this.#db.get('SELECT * FROM log WHERE id = ?', id);
        if (!row) throw new StoreError('corrupt', `there is no log line ${id}`);
        if (component === null || component === row['component']) lines.push(logOf(row));
        id = Number(row['before']);
      }
      return lines.reverse().slice(0, limit);
    });
  }

  async timeline(planId: string): Promise<TimelinePoint[]> {
    return this.#db.read(() => {
      const rows = this.#db.all('SELECT * FROM timeline WHERE plan_row = ? ORDER BY time', this.#existing(planId).row);
      return rows.map((row) => ({
        time: Number(row['time']),
        upgraded: Number(row['upgraded']),
        failed: Number(row['failed']),
      }));
    });
  }

  async verify(): Promise<string[]> {
    return this.#db.read(() => verifyPlans(this.#db, this.#plans));
  }

  #select(plan: LivePlan, selection: Selection, limit: number): Row[] {
    switch (selection.kind) {
      case 'push':
        return this.#db.all(
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
        return this.#db.all(
          `SELECT ${joined} ${fromPlanDevice} WHERE row > ? AND row BETWEEN ? AND ?
           AND (phase IN (1, 2) OR (phase = 0 AND plan_device.status <> 0)) ORDER BY row LIMIT ?`,
          selection.afterRow,
          plan.firstRow,
          plan.lastRow,
          limit,
        );
      case 'failed':
        return this.#db.all(
          `SELECT ${joined} ${fromPlanDevice} WHERE plan_device.status = 3 AND row > ? AND row BETWEEN ? AND ?
           ORDER BY row LIMIT ?`,
          selection.afterRow,
          plan.firstRow,
          plan.lastRow,
          limit,
        );
      case 'keys':
        return selection.deviceKeys.map((key) => this.#planDevice(plan.id, key)).filter((row) => row !== null);
    }
  }

  #planDevice(planId: string, deviceKey: string): Row | null {
    const plan = this.#existing(planId);
    const row = this.#db.get(
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
  #device(productKey: string, deviceKey: string): KeptDevice | null {
    const known = this.#devices.get(productKey, deviceKey);
    if (known) return known;
    const row = this.#db.get(deviceSql, productKey, deviceKey);
    if (!row) return null;
    const device = deviceOf(row, productKey);
    const rows = this.#db.all(`SELECT ${runColumns} FROM plan_device WHERE device_id = ? ORDER BY row`, device.id);
    const runs = rows.map((each) => keptRunOf(this.#plans.byRow(Number(each['plan_row'])), each));
    const kept = { device, runs };
    this.#devices.put(kept);
    return kept;
  }

  #runsOf({ device, runs }: KeptDevice): SqliteRun[] {
    // Devices that are being laid down are not in the plan yet.
    const open: SqliteRun[] = [];
    for (const run of runs) {
      if (run.plan.status !== 'inactivated') open.push(new SqliteRun(this.#db, this.#plans, device, run));
    }
    return open;
  }

  /** A row of a pass. It is written past the cache, which therefore forgets the device. */
  #run(plan: LivePlan, row: Row): SqliteRun {
    const device = deviceOf(row, plan.document.product);
    this.#devices.forget(device.productKey, device.deviceKey);
    return new SqliteRun(this.#db, this.#plans, device, keptRunOf(plan, row));
  }

  #existing(planId: string): LivePlan {
    const plan = this.#plans.byId(planId);
    if (!plan) throw new StoreError('failed', 'the plan was deleted meanwhile');
    return plan;
  }

  #discard(plan: LivePlan): void {
    this.#devices.clear();
    this.#db.run('DELETE FROM plan_device WHERE row BETWEEN ? AND ?', plan.firstRow, plan.lastRow);
    plan.firstRow = 0;
    plan.lastRow = -1;
    plan.counts.clear();
  }
}

/** The lists of devices are kept apart: most readers do without. */
function split(document: Plan): { head: Plan; targets: string } {
  const { include, exclude } = document.targets;
  const head = { ...document, targets: { ...document.targets, include: [], exclude: [] } };
  return { head, targets: JSON.stringify({ include, exclude }) };
}

function join(head: Plan, targets: string): Plan {
  const lists = JSON.parse(targets) as Pick<Plan['targets'], 'include' | 'exclude'>;
  return { ...head, targets: { ...head.targets, ...lists } };
}

function planDeviceOf(row: Row): PlanDeviceRow {
  return {
    deviceKey: String(row['key']),
    onlineUntil: Number(row['online_until']),
    wave: Number(row['wave']),
    status: deviceStatusNames.find((name) => deviceStatuses[name].code === row['status']) ?? 'notUpgraded',
    state: unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state'])),
  };
}

function logOf(row: Row): LogRecord {
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
