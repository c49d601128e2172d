import type { DeviceSession, Touched } from '../plans.ts';
import type { DeviceFacts, DeviceRecord, ReportedVersion } from '../registry.ts';
import { deviceRecordOf, reported } from '../rows/device.ts';
import { keptRunOf } from '../rows/run.ts';
import { StoreError } from '../store-error.ts';
import { type Database, type Queries, TryAgain } from './database.ts';
import { lockPlans } from './plan-row.ts';
import { Gathered, type KeptRun, PostgresRun, runColumns } from './runs.ts';

/** Works that share a transaction. */
const mostWorks = 300;

type Outcome = { readonly value: unknown; readonly touched: Touched[] } | null;
interface Waiting {
  readonly productKey: string;
  readonly deviceKey: string;
  readonly now: number;
  readonly work: (session: DeviceSession) => unknown;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
/** What became of a work, told after the COMMIT. */
type Result = { readonly outcome: Outcome } | { readonly error: unknown };

interface KeptDevice {
  device: DeviceRecord;
  readonly runs: readonly KeptRun[];
}

/**
 * Works over single devices: those that arrive while a transaction is under way share the next one, so that many reports cost a
 * handful of statements and one flush. A work that throws leaves those beside it whole.
 */
export class DeviceBatches {
  readonly #db: Database;
  readonly #slot: number;
  readonly #defer: (run: () => void) => void;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  constructor(db: Database, slot: number, defer: (run: () => void) => void) {
    this.#db = db;
    this.#slot = slot;
    this.#defer = defer;
  }

  take<T>(
    productKey: string,
    deviceKey: string,
    now: number,
    work: (session: DeviceSession) => T,
  ): Promise<{ value: T; touched: Touched[] } | null> {
    return new Promise((resolve, reject) => {
      // What comes out is what this work returned.
      const resolved = (outcome: Outcome) => resolve(outcome as { value: T; touched: Touched[] } | null);
      this.#waiting.push({ productKey, deviceKey, now, work, resolve: resolved, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    await new Promise<void>((resolve) => this.#defer(resolve));
    while (this.#waiting.length > 0) await this.#answer(this.#waiting.splice(0, mostWorks));
    this.#running = null;
  }

  async #answer(batch: readonly Waiting[]): Promise<void> {
    let results: Result[];
    try {
      results = await this.#db.repeatable((queries) => this.#run(queries, batch));
    } catch (error) {
      const alone = batch.length === 1 || (error instanceof StoreError && error.failure !== 'failed');
      if (alone) for (const work of batch) work.reject(error);
      else for (const work of batch) await this.#answer([work]);
      return;
    }
    for (const [index, work] of batch.entries()) {
      const result = results[index];
      if (result && 'outcome' in result) work.resolve(result.outcome);
      else work.reject(result?.error);
    }
  }

  async #run(queries: Queries, batch: readonly Waiting[]): Promise<Result[]> {
    const devices = await lockDevices(queries, batch);
    const gathered = new Gathered();
    const results = batch.map((each): Result => {
      const kept = devices.get(`${each.productKey}/${each.deviceKey}`);
      if (!kept) return { outcome: null };
      try {
        return { outcome: perform(each, kept, gathered) };
      } catch (error) {
        return { error };
      }
    });
    const latest = batch.reduce((time, { now }) => Math.max(time, now), Number.NEGATIVE_INFINITY);
    await gathered.write(queries, this.#slot, latest);
    return results;
  }
}

/** Does one work on what the batch has locked. What it throws leaves no trace. */
function perform(each: Waiting, kept: KeptDevice, gathered: Gathered): Outcome {
  // Devices that are being laid down are not in the plan yet.
  const runs = kept.runs
    .filter(({ plan }) => plan.status !== 'inactivated')
    .map((run) => new PostgresRun(kept.device, run, kept.runs));
  const setDevice = (change: Partial<DeviceRecord>) => {
    session.device = { ...session.device, ...change };
    for (const run of runs) run.device = session.device;
  };
  const session = {
    device: kept.device,
    runs,
    report: (versions: readonly ReportedVersion[], facts: DeviceFacts, reportId: string) =>
      setDevice(reported(session.device, versions, facts, reportId)),
    seen: (onlineUntil: number) => setDevice({ onlineUntil, lastSeen: each.now }),
  };
  const value = each.work(session);
  if (session.device !== kept.device) {
    kept.device = session.device;
    gathered.device(session.device);
  }
  return { value, touched: runs.map((run) => run.gather(gathered, each.now)).filter((touched) => touched !== null) };
}

/** Locks the devices of a batch with their plans, plans first: every transaction does, so that none waits in a circle. */
async function lockDevices(queries: Queries, batch: readonly Waiting[]): Promise<Map<string, KeptDevice>> {
  const found = await queries.all(
    `SELECT device.id, plan_row FROM unnest($1::text[], $2::text[]) AS w (product, device)
     JOIN product ON product.key = w.product JOIN device ON product_id = product.id AND device.key = w.device
     LEFT JOIN plan_device ON device_id = device.id`,
    batch.map((each) => each.productKey),
    batch.map((each) => each.deviceKey),
  );
  const ids = [...new Set(found.map((row) => Number(row['id'])))];
  const planRows = found.map((row) => row['plan_row']).filter((row) => row !== null);
  const plans = new Map(
    (await lockPlans(queries, [...new Set(planRows.map(Number))])).map((plan) => [plan.row, plan] as const),
  );
  const rows = await queries.all(
    `SELECT device.*, product.key AS product FROM device JOIN product ON product.id = product_id
     WHERE device.id = ANY($1::bigint[]) ORDER BY device.id FOR UPDATE OF device`,
    ids,
  );
  const runs = await queries.all(`SELECT ${runColumns} FROM plan_device WHERE device_id = ANY($1::bigint[])`, ids);
  // A plan was activated between looking and locking.
  if (runs.some((run) => !plans.has(Number(run['plan_row'])))) throw new TryAgain();
  const byDevice = Map.groupBy(runs, (row) => Number(row['device_id']));
  return new Map(
    rows.map((row) => {
      const device = deviceRecordOf(row, String(row['product']));
      const kept = (byDevice.get(device.id) ?? [])
        .flatMap((run) => {
          const plan = plans.get(Number(run['plan_row']));
          return plan ? [keptRunOf(plan, run)] : [];
        })
        .sort((a, b) => a.plan.activation - b.plan.activation);
      return [`${device.productKey}/${device.deviceKey}`, { device, runs: kept }];
    }),
  );
}
