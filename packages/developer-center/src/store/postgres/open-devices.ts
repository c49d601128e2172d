import type { DeviceRecord } from '../registry.ts';
import { deviceRecordOf } from '../rows/device.ts';
import type { Row } from '../rows/row.ts';
import { keptRunOf } from '../rows/run.ts';
import { TryAgain } from './database.ts';
import { lockPlans, type PlanRow } from './plan-row.ts';
import { prepared, type Transaction } from './queries.ts';
import { type KeptRun, runColumns } from './runs.ts';

/** A device and its rows in plans inside a transaction. */
export interface OpenDevice {
  device: DeviceRecord;
  readonly runs: readonly KeptRun[];
}
export interface DeviceName {
  readonly productKey: string;
  readonly deviceKey: string;
}

/** What is remembered of a device: its number, which never changes, and the plans that it was in when it was last looked at. */
interface Known {
  readonly id: number;
  readonly plans: readonly number[];
}
/** Devices that are remembered, some 200 bytes each; twice as many at most. */
const mostKnown = 50_000;

/**
 * Reads devices with their plans, which nobody else touches until the transaction is over: whoever changes a device's row in a plan
 * has locked the plan. The devices' own rows are not locked; whoever writes one finds out whether somebody else did (`Gathered`).
 */
export class OpenDevices {
  #known = new Map<string, Known>();
  /** The generation before: what is asked for moves over, the rest goes with it. */
  #older = new Map<string, Known>();

  /** @returns by `nameOf`, without those that there are not */
  async open(transaction: Transaction, names: readonly DeviceName[]): Promise<Map<string, OpenDevice>> {
    const known = await this.#lookUp(transaction, names);
    const ids = [...known.values()].map(({ id }) => id);
    if (ids.length === 0) return new Map();
    const planRows = [...new Set([...known.values()].flatMap(({ plans }) => plans))];
    // All of it goes out at once; the rows are read behind the locks.
    const [plans, devices, runs] = await Promise.all([
      lockPlans(transaction, planRows),
      transaction.all(readDevices, ids),
      transaction.all(readRuns, ids),
    ]);
    const byRow = new Map(plans.map((plan) => [plan.row, plan] as const));
    const byDevice = Map.groupBy(runs, (row) => Number(row['device_id']));
    this.#remember(devices, byDevice);
    // A device was deleted since it was looked at; another may have its name.
    const gone = ids.length - devices.length;
    if (gone > 0 && this.#forget(known, new Set(devices.map((row) => Number(row['id']))))) throw new TryAgain();
    // A plan was activated since the device was looked at.
    if (runs.some((run) => !byRow.has(Number(run['plan_row'])))) throw new TryAgain();
    return new Map(
      devices.map((row) => {
        const device = deviceRecordOf(row, String(row['product']));
        const kept = keptRunsOf(byDevice.get(device.id) ?? [], byRow);
        return [nameOf(device), { device, runs: kept }];
      }),
    );
  }

  async #lookUp(transaction: Transaction, names: readonly DeviceName[]): Promise<Map<string, Known>> {
    const found = new Map<string, Known>();
    const unknown = new Map<string, DeviceName>();
    for (const name of names) {
      const key = nameOf(name);
      const known = this.#known.get(key) ?? this.#older.get(key);
      if (known) found.set(key, known);
      else unknown.set(key, name);
    }
    if (unknown.size === 0) return found;
    const wanted = [...unknown.values()];
    const rows = await transaction.all(
      lookUp,
      wanted.map(({ productKey }) => productKey),
      wanted.map(({ deviceKey }) => deviceKey),
    );
    for (const [key, some] of Map.groupBy(rows, (row) => `${row['product']}/${row['device']}`)) {
      const plans = some.flatMap((row) => (row['plan_row'] === null ? [] : [Number(row['plan_row'])]));
      found.set(key, { id: Number(some[0]?.['id']), plans });
    }
    return found;
  }

  /** @returns whether any of them was remembered */
  #forget(known: ReadonlyMap<string, Known>, living: ReadonlySet<number>): boolean {
    let forgotten = false;
    for (const [key, { id }] of known) {
      if (living.has(id)) continue;
      const [younger, older] = [this.#known.delete(key), this.#older.delete(key)];
      forgotten ||= younger || older;
    }
    return forgotten;
  }

  #remember(devices: readonly Row[], runs: ReadonlyMap<number, readonly Row[]>): void {
    for (const row of devices) {
      const id = Number(row['id']);
      if (this.#known.size >= mostKnown) {
        this.#older = this.#known;
        this.#known = new Map();
      }
      const plans = (runs.get(id) ?? []).map((run) => Number(run['plan_row']));
      this.#known.set(`${row['product']}/${row['key']}`, { id, plans });
    }
  }
}

export function nameOf({ productKey, deviceKey }: DeviceName): string {
  return `${productKey}/${deviceKey}`;
}

/** Oldest activation first. */
function keptRunsOf(rows: readonly Row[], plans: ReadonlyMap<number, PlanRow>): KeptRun[] {
  const runs = rows.flatMap((row) => {
    const plan = plans.get(Number(row['plan_row']));
    return plan ? [keptRunOf(plan, row)] : [];
  });
  return runs.sort((a, b) => a.plan.activation - b.plan.activation);
}

// Spelt so that every plan of it looks each device up by its whole key, whatever the statistics say.
const lookUp = prepared(
  `SELECT w.product, w.device, d.id, pd.plan_row FROM unnest($1::text[], $2::text[]) AS w (product, device)
   CROSS JOIN LATERAL (SELECT id FROM device WHERE product_id = (SELECT id FROM product WHERE product.key = w.product)
     AND key = w.device LIMIT 1) AS d
   LEFT JOIN LATERAL (SELECT plan_row FROM plan_device WHERE device_id = d.id OFFSET 0) AS pd ON true`,
);
export const deviceColumns =
  'id, key, name, secret_sha256, online_until, last_seen, versions, battery, signal, auto_upgrade, last_reports';
/** By id; with the key of their product. */
export const readDevices = prepared(
  `SELECT ${deviceColumns.replaceAll(/\w+/g, 'device.$&')}, product.key AS product FROM device JOIN product ON product.id = product_id WHERE device.id = ANY($1::bigint[])`,
);
const readRuns = prepared(`SELECT ${runColumns} FROM plan_device WHERE device_id = ANY($1::bigint[])`);
