import { plansOf } from '../plan-parts.ts';
import type { PlanStore } from '../plans.ts';
import type { Database } from './database.ts';
import type { DeviceCache } from './device-cache.ts';
import { DeviceSet } from './device-set.ts';
import { PlanReader } from './plan-reader.ts';
import { PlanTable } from './plan-table.ts';
import { Tables } from './tables.ts';
import { Units } from './units.ts';
import { verifyPlans } from './verify.ts';

/** Plans and their devices in SQLite, put together from its parts. */
export function sqlitePlans(db: Database, devices: DeviceCache): PlanStore {
  const tables = new Tables(db, devices);
  const units = new Units(tables);
  return {
    ...plansOf({
      table: new PlanTable(tables),
      set: new DeviceSet(tables),
      units,
      schedule: units,
      reader: new PlanReader(tables),
    }),
    verify: async () => db.read(() => verifyPlans(tables)),
  };
}
