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
  const table = new PlanTable(tables);
  const set = new DeviceSet(tables);
  const units = new Units(tables);
  const reader = new PlanReader(tables);
  return {
    createPlan: table.createPlan.bind(table),
    findPlan: table.findPlan.bind(table),
    findPlanByName: table.findPlanByName.bind(table),
    planDocument: table.planDocument.bind(table),
    listPlans: table.listPlans.bind(table),
    activatedPlans: table.activatedPlans.bind(table),
    changePlan: table.changePlan.bind(table),
    deletePlan: table.deletePlan.bind(table),
    targetDevices: set.targetDevices.bind(set),
    newestDeviceId: set.newestDeviceId.bind(set),
    readVersions: set.readVersions.bind(set),
    addPlanDevices: set.addPlanDevices.bind(set),
    discardPlanDevices: set.discardPlanDevices.bind(set),
    countPlanDevices: set.countPlanDevices.bind(set),
    inDevice: (productKey, deviceKey, now, work) => units.inDevice(productKey, deviceKey, now, work),
    inPlan: units.inPlan.bind(units),
    inDue: units.inDue.bind(units),
    duePlans: units.duePlans.bind(units),
    nextDue: units.nextDue.bind(units),
    scheduleAgain: units.scheduleAgain.bind(units),
    readDevice: reader.readDevice.bind(reader),
    listPlanDevices: reader.listPlanDevices.bind(reader),
    findPlanDevice: reader.findPlanDevice.bind(reader),
    componentLog: reader.componentLog.bind(reader),
    timeline: reader.timeline.bind(reader),
    failureCauses: reader.failureCauses.bind(reader),
    verify: async () => db.read(() => verifyPlans(tables)),
  };
}
