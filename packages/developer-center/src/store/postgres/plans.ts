import { plansOf } from '../plan-parts.ts';
import type { PlanStore } from '../plans.ts';
import type { Database } from './database.ts';
import { DeviceBatches } from './device-batches.ts';
import { DeviceSet } from './device-set.ts';
import { Passes } from './passes.ts';
import { PlanReader } from './plan-reader.ts';
import { PlanTable } from './plan-table.ts';
import type { Replica } from './replica.ts';
import { Schedule } from './schedule.ts';
import { verifyPlans } from './verify.ts';

export interface PostgresPlans extends PlanStore {
  /** Waits for what is under way. */
  idle(): Promise<void>;
}

/**
 * Plans and their devices in PostgreSQL, put together from its parts. Every transaction locks plans in order of row, then devices in
 * order of id.
 */
export function postgresPlans(db: Database, replica: Replica, defer: (run: () => void) => void): PostgresPlans {
  const { slot } = replica;
  const set = new DeviceSet(db, slot);
  const batches = new DeviceBatches(db, slot, defer);
  const passes = new Passes(db, slot);
  return {
    ...plansOf({
      table: new PlanTable(db, slot),
      set,
      units: {
        inDevice: (productKey, deviceKey, now, work) => batches.take(productKey, deviceKey, now, work),
        inPlan: passes.overPlan.bind(passes),
        inDue: passes.overDue.bind(passes),
      },
      schedule: new Schedule(db, replica),
      reader: new PlanReader(db),
    }),
    activateAlone: (work) => set.activateAlone(work),
    verify: () => db.transaction(verifyPlans, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'),
    idle: () => batches.idle(),
  };
}
