import { deviceStatuses, deviceStatusNames, nameIdentity, type Plan, planDigest } from '@otaplan/model';
import {
  newDeviceState,
  newPlanState,
  type PlanState,
  packDeviceState,
  phases,
  unpackDeviceState,
} from '../../engine/index.ts';
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
import type { Database, Queries, Row } from './database.ts';
import { DeviceBatches } from './device-batches.ts';
import { brokenConstraint } from './failures.ts';
import { Passes } from './passes.ts';
import { lockPlans, type PlanRow, readPlans } from './plan-row.ts';
import { deviceOf, unpackVersions } from './registry.ts';
import { leaseSeconds, livingOwners, type Replica } from './replica.ts';
import { keptRunOf, logCauseCodes, runColumns } from './runs.ts';
import { verifyPlans } from './verify.ts';

const activated = "status IN ('toBeUpgraded', 'upgrading', 'suspended')";
/** Rows that one page may look at when few of many match. */
const scannedPerPage = 20_000;
/** Rows that a pass over many reads at once. */
const rowsPerRead = 20_000;
/** Leases of other replicas that still hold. */
const leasedElsewhere = `SELECT plan_row FROM plan_lease WHERE owner <> $1 AND until > now() AND owner IN (${livingOwners})`;

/** Plans and their devices in PostgreSQL. Every transaction locks plans in order of row, then devices in order of id. */
export class PostgresPlans implements PlanStore {
  readonly #db: Database;
  readonly #replica: Replica;
  readonly #batches: DeviceBatches;
  readonly #passes: Passes;

  constructor(db: Database, replica: Replica, defer: (run: () => void) => void) {
    this.#db = db;
    this.#replica = replica;
    this.#batches = new DeviceBatches(db, replica.slot, defer);
    this.#passes = new Passes(db, replica.slot);
  }

  /** Waits for what is under way. */
  idle(): Promise<void> {
    return this.#batches.idle();
  }

  async createPlan(id: string, document: Plan, who: string, now: number): Promise<PlanRecord | 'nameTaken'> {
    const { head, targets } = split(document);
    const made = await unlessNameTaken(
      this.#db.transaction(async (queries) => {
        await queries.run(
          `INSERT INTO plan (id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
           VALUES ($1, $2, $3, 'inactivated', 1, $4, $5, $6, $7, $7)`,
          id,
          nameIdentity(document.name),
          document.product,
          JSON.stringify(head),
          targets,
          JSON.stringify(newPlanState),
          now,
        );
        const { name: subject, digest: detail } = document;
        await appendAudit(queries, { time: now, who, action: 'createPlan', subject, detail });
        return (await byId(queries, id)).snapshot();
      }),
    );
    return made;
  }

  async findPlan(id: string): Promise<PlanRecord | null> {
    const [plan] = await readPlans(this.#db, 'id = $1', id);
    return plan?.snapshot() ?? null;
  }

  async findPlanByName(name: string): Promise<PlanRecord | null> {
    const [plan] = await readPlans(this.#db, 'name_identity = $1', nameIdentity(name));
    return plan?.snapshot() ?? null;
  }

  async planDocument(id: string): Promise<Plan | null> {
    const row = await this.#db.get('SELECT document, targets FROM plan WHERE id = $1', id);
    if (!row) return null;
    const document = join(String(row['document']), String(row['targets']));
    if (planDigest(document) !== document.digest) {
      throw new StoreError('corrupt', `the plan “${document.name}” is not what its digest says`);
    }
    return document;
  }

  async listPlans(
    filter: { name?: string | undefined; product?: string | undefined; status?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanRecord>> {
    const plans = await readPlans(
      this.#db,
      `row < $1 AND ($2::text IS NULL OR strpos(name_identity, $2) > 0) AND ($3::text IS NULL OR product = $3)
       AND ($4::text IS NULL OR status = $4) ORDER BY row DESC LIMIT $5`,
      cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor),
      filter.name === undefined ? null : nameIdentity(filter.name),
      filter.product ?? null,
      filter.status ?? null,
      limit + 1,
    );
    const shown = plans.slice(0, limit);
    const nextCursor = plans.length > limit ? String(shown.at(-1)?.row) : null;
    return { items: shown.map((plan) => plan.snapshot()), nextCursor };
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
        const plan = await locked(queries, id);
        if (!plan) return 'unknown' as const;
        const made = change(plan);
        if (made) await this.#keepChange(queries, plan, made, who, now);
        // Also when nothing changed: whoever looked because it was due lays down when to look again.
        await plan.write(queries, this.#replica.slot, now);
        return plan.snapshot();
      }),
    );
  }

  async #keepChange(queries: Queries, plan: PlanRow, made: PlanChange, who: string, now: number): Promise<void> {
    const { document, status, state, action, detail, quiet = false } = made;
    if (document) {
      const sql = 'UPDATE plan SET name_identity = $2, targets = $3 WHERE row = $1';
      await queries.run(sql, plan.row, nameIdentity(document.name), split(document).targets);
    }
    const move: { status?: PlanRecord['status']; state?: PlanState; document?: Plan } = {};
    if (status !== undefined) move.status = status;
    if (state !== undefined) move.state = state;
    if (document !== undefined) move.document = split(document).head;
    plan.change({ quiet, ...move }, now);
    if (action === undefined) return;
    await appendAudit(queries, { time: now, who, action, subject: plan.document.name, detail: detail ?? '' });
  }

  deletePlan(id: string, check: (plan: PlanRecord) => void, who: string, now: number): Promise<boolean> {
    return this.#db.repeatable(async (queries) => {
      const plan = await locked(queries, id);
      if (!plan) return false;
      check(plan);
      await discard(queries, plan);
      for (const table of ['plan_lease', 'timeline']) {
        await queries.run(`DELETE FROM ${table} WHERE plan_row = $1`, plan.row);
      }
      await queries.run('DELETE FROM plan WHERE row = $1', plan.row);
      await appendAudit(queries, { time: now, who, action: 'deletePlan', subject: plan.document.name, detail: '' });
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
    const rows = await this.#db.all(
      `SELECT id, key, online_until, versions FROM device WHERE product_id = (SELECT id FROM product WHERE key = $1)
       AND key ${one ? '=' : '>'} $2 AND id <= $3 ORDER BY key LIMIT $4`,
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
  }

  async newestDeviceId(): Promise<number> {
    return Number((await this.#db.get('SELECT coalesce(max(id), 0) AS id FROM device'))?.['id']);
  }

  readVersions(text: string): ReportedVersion[] {
    return unpackVersions(text);
  }

  addPlanDevices(planId: string, devices: readonly { id: number; wave: number }[]): Promise<void> {
    return this.#db.repeatable(async (queries) => {
      const plan = await byId(queries, planId, true);
      if (plan.activation === 0) {
        plan.activation = Number((await queries.get("SELECT nextval('plan_activation') AS next"))?.['next']);
      }
      const components = plan.document.components.length;
      await queries.run(
        `INSERT INTO plan_device (plan_row, row, device_id, wave, phase, status, state)
         SELECT $1::bigint, $2::int + place, id, wave, 0, 0, $3::text
         FROM unnest($4::bigint[], $5::int[]) WITH ORDINALITY AS g (id, wave, place)`,
        plan.row,
        plan.devices,
        packDeviceState(newDeviceState(components)),
        devices.map((device) => device.id),
        devices.map((device) => device.wave),
      );
      plan.devices += devices.length;
      for (const { wave } of devices) plan.counts.add(`w.${wave}`, 1);
      plan.counts.add('d.notUpgraded', devices.length);
      for (let index = 0; index < components; index++) plan.counts.add(`c.${index}.planNotReceived`, devices.length);
      plan.touch();
      await plan.write(queries, this.#replica.slot, plan.updatedAt);
    });
  }

  discardPlanDevices(planId: string): Promise<void> {
    return this.#db.repeatable(async (queries) => {
      const plan = await byId(queries, planId, true);
      await discard(queries, plan);
      plan.touch();
      await plan.write(queries, this.#replica.slot, plan.updatedAt);
    });
  }

  async countPlanDevices(planId: string, holds: (deviceKey: string) => boolean): Promise<number> {
    const plan = await byId(this.#db, planId);
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

  inDevice<T>(
    productKey: string,
    deviceKey: string,
    now: number,
    work: (session: DeviceSession) => T,
  ): Promise<{ value: T; touched: Touched[] } | null> {
    return this.#batches.take(productKey, deviceKey, now, work);
  }

  inPlan(
    planId: string,
    selection: Selection,
    limit: number,
    now: number,
    work: (run: Run) => boolean,
  ): Promise<Pass | null> {
    return this.#passes.overPlan(planId, selection, limit, now, work);
  }

  inDue(before: number, limit: number, work: (run: Run) => void): Promise<Touched[]> {
    return this.#passes.overDue(before, limit, work);
  }

  /** Takes a lease on each, so that other replicas leave them alone. It only spares work: nothing is done twice without it. */
  async duePlans(before: number): Promise<string[]> {
    const due = await this.#db.all('SELECT row FROM plan WHERE due_at <= $1 ORDER BY due_at, row', before);
    if (due.length === 0) return [];
    const taken = await this.#db.all(
      `INSERT INTO plan_lease AS l (plan_row, owner, until)
       SELECT row, $2, now() + interval '${leaseSeconds} seconds' FROM unnest($1::bigint[]) AS d (row)
       ON CONFLICT (plan_row) DO UPDATE SET owner = excluded.owner, until = excluded.until
       WHERE l.owner = excluded.owner OR l.until <= now() OR l.owner NOT IN (${livingOwners}) RETURNING plan_row`,
      due.map((row) => Number(row['row'])),
      this.#replica.owner,
    );
    const rows = taken.map((row) => Number(row['plan_row']));
    const sql = 'SELECT id FROM plan WHERE row = ANY($1::bigint[]) ORDER BY due_at';
    return (await this.#db.all(sql, rows)).map((row) => String(row['id']));
  }

  /** What other replicas are at is theirs. */
  async nextDue(): Promise<number | null> {
    const plan = await this.#db.get(
      `SELECT min(due_at) AS at FROM plan WHERE due_at IS NOT NULL AND row NOT IN (${leasedElsewhere})`,
      this.#replica.owner,
    );
    const device = await this.#db.get(
      `SELECT due_at AS at FROM plan_device JOIN device ON device.id = device_id WHERE due_at IS NOT NULL
       ORDER BY due_at LIMIT 1 FOR SHARE OF device SKIP LOCKED`,
    );
    const times = [plan?.['at'] ?? null, device?.['at'] ?? null].filter((at) => at !== null).map(Number);
    return times.length === 0 ? null : Math.min(...times);
  }

  async scheduleAgain(now: number): Promise<void> {
    for (const { id } of await this.activatedPlans()) await this.changePlan(id, () => null, 'schedule', now);
  }

  async readDevice(
    productKey: string,
    deviceKey: string,
  ): Promise<{ device: DeviceRecord; runs: readonly Omit<Run, 'keep' | 'otherPlan'>[] } | null> {
    const row = await this.#db.get(
      'SELECT device.* FROM device JOIN product ON product.id = product_id WHERE product.key = $1 AND device.key = $2',
      productKey,
      deviceKey,
    );
    if (!row) return null;
    const device = deviceOf(row, productKey);
    const rows = await this.#db.all(`SELECT ${runColumns} FROM plan_device WHERE device_id = $1`, device.id);
    if (rows.length === 0) return { device, runs: [] };
    const condition = "row = ANY($1::bigint[]) AND status <> 'inactivated' ORDER BY activation";
    const planRows = rows.map((each) => Number(each['plan_row']));
    const plans = await readPlans(this.#db, condition, planRows);
    const runs = plans.flatMap((plan) => {
      const found = rows.find((each) => Number(each['plan_row']) === plan.row);
      return found ? [{ ...keptRunOf(plan, found), plan: plan.snapshot(), device }] : [];
    });
    return { device, runs };
  }

  async listPlanDevices(
    planId: string,
    filter: { status?: string | undefined; search?: string | undefined },
    limit: number,
    cursor: string | null,
  ): Promise<Page<PlanDeviceRow>> {
    const plan = await byId(this.#db, planId);
    const after = cursor === null ? 0 : Number(cursor);
    const status = deviceStatusNames.find((name) => name === filter.status);
    if (status !== undefined && plan.counts.of(`d.${status}`) === 0) return { items: [], nextCursor: null };
    // The partial index on failed needs the condition spelt out.
    const failed = status === 'upgradeFailed';
    const scanned = status === undefined && filter.search === undefined ? limit + 1 : scannedPerPage;
    const until = failed ? plan.devices : Math.min(plan.devices, after + scanned);
    const rows = await this.#db.all(
      `SELECT ${planDeviceColumns} FROM plan_device AS pd JOIN device ON device.id = device_id
       WHERE plan_row = $1 AND row > $2 AND row <= $3
       AND ${failed ? 'pd.status = 3 AND $4::int = 3' : '($4::int IS NULL OR pd.status = $4)'}
       AND ($5::text IS NULL OR strpos(lower(device.key), $5) > 0) ORDER BY row LIMIT $6`,
      plan.row,
      after,
      until,
      status === undefined ? null : deviceStatuses[status].code,
      filter.search === undefined ? null : filter.search.toLowerCase(),
      limit + 1,
    );
    const shown = rows.slice(0, limit);
    const next = rows.length > limit ? Number(shown.at(-1)?.['row']) : until < plan.devices ? until : null;
    return { items: shown.map(planDeviceOf), nextCursor: next === null ? null : String(next) };
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
      (await byId(this.#db, planId)).row,
    );
    return rows.map((row) => ({
      time: Number(row['time']),
      upgraded: Number(row['upgraded']),
      failed: Number(row['failed']),
    }));
  }

  verify(): Promise<string[]> {
    return this.#db.transaction(verifyPlans, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  async #planDevice(planId: string, deviceKey: string): Promise<Row | undefined> {
    const plan = await this.#db.get('SELECT row, product FROM plan WHERE id = $1', planId);
    if (!plan) throw deletedMeanwhile();
    return this.#db.get(
      `SELECT ${planDeviceColumns} FROM plan_device AS pd JOIN device ON device.id = device_id
       WHERE plan_row = $1 AND device.key = $2 AND product_id = (SELECT id FROM product WHERE key = $3)`,
      Number(plan['row']),
      deviceKey,
      String(plan['product']),
    );
  }
}

const planDeviceColumns =
  'pd.plan_row, pd.row, pd.wave, pd.phase, pd.status, pd.state, device.key, device.online_until';

async function locked(queries: Queries, id: string): Promise<PlanRow | null> {
  const found = await queries.get('SELECT row FROM plan WHERE id = $1', id);
  const [plan] = found ? await lockPlans(queries, [Number(found['row'])]) : [];
  return plan ?? null;
}

/** @throws StoreError when there is no such plan */
async function byId(queries: Queries, id: string, lock = false): Promise<PlanRow> {
  const plan = lock ? await locked(queries, id) : (await readPlans(queries, 'id = $1', id))[0];
  if (!plan) throw deletedMeanwhile();
  return plan;
}

function deletedMeanwhile(): StoreError {
  return new StoreError('failed', 'the plan was deleted meanwhile');
}

/** Throws away the devices of a locked plan with what was counted of them. */
async function discard(queries: Queries, plan: PlanRow): Promise<void> {
  for (const table of ['plan_device', 'counter']) {
    await queries.run(`DELETE FROM ${table} WHERE plan_row = $1`, plan.row);
  }
  plan.counts.clear();
  plan.devices = 0;
  plan.activation = 0;
}

async function unlessNameTaken<T>(work: Promise<T>): Promise<T | 'nameTaken'> {
  try {
    return await work;
  } catch (error) {
    if (brokenConstraint(error instanceof StoreError ? error.cause : error) === 'plan_name') return 'nameTaken';
    throw error;
  }
}

/** The lists of devices are kept apart: most readers do without. */
function split(document: Plan): { head: Plan; targets: string } {
  const { include, exclude } = document.targets;
  const head = { ...document, targets: { ...document.targets, include: [], exclude: [] } };
  return { head, targets: JSON.stringify({ include, exclude }) };
}

function join(head: string, targets: string): Plan {
  const document = JSON.parse(head) as Plan;
  const lists = JSON.parse(targets) as Pick<Plan['targets'], 'include' | 'exclude'>;
  return { ...document, targets: { ...document.targets, ...lists } };
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
