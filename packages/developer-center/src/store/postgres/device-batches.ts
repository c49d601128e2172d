import type { DeviceSession, Touched } from '../plans.ts';
import type { DeviceFacts, DeviceRecord, ReportedVersion } from '../registry.ts';
import { reported } from '../rows/device.ts';
import { StoreError } from '../store-error.ts';
import type { Database } from './database.ts';
import { nameOf, type OpenDevice, OpenDevices } from './open-devices.ts';
import type { Transaction } from './queries.ts';
import { Gathered, PostgresRun } from './runs.ts';

/** Works that share a transaction. */
const mostWorks = 1000;

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

/**
 * Works over single devices: those that arrive while a transaction is under way share the next one, so that many reports cost a
 * handful of statements and one flush. A work that throws leaves those beside it whole.
 */
export class DeviceBatches {
  readonly #db: Database;
  readonly #slot: number;
  readonly #defer: (run: () => void) => void;
  readonly #devices = new OpenDevices();
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
      results = await this.#db.repeatable((transaction) => this.#run(transaction, batch));
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

  async #run(transaction: Transaction, batch: readonly Waiting[]): Promise<Result[]> {
    const devices = await this.#devices.open(transaction, batch);
    const gathered = new Gathered();
    const results = batch.map((each): Result => {
      const kept = devices.get(nameOf(each));
      if (!kept) return { outcome: null };
      try {
        return { outcome: perform(each, kept, gathered) };
      } catch (error) {
        return { error };
      }
    });
    const latest = batch.reduce((time, { now }) => Math.max(time, now), Number.NEGATIVE_INFINITY);
    await gathered.write(transaction, this.#slot, latest);
    return results;
  }
}

/** Does one work on what the batch has locked. What it throws leaves no trace. */
function perform(each: Waiting, kept: OpenDevice, gathered: Gathered): Outcome {
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
    gathered.device(kept.device, session.device);
    kept.device = session.device;
  }
  return { value, touched: runs.map((run) => run.gather(gathered, each.now)).filter((touched) => touched !== null) };
}
