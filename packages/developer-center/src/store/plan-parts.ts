import type { PlanStore } from './plans.ts';

/** The parts of which an adapter makes its store of plans, by subject. */
export interface PlanParts {
  readonly table: Pick<
    PlanStore,
    | 'createPlan'
    | 'findPlan'
    | 'findPlanByName'
    | 'planDocument'
    | 'listPlans'
    | 'activatedPlans'
    | 'changePlan'
    | 'deletePlan'
  >;
  readonly set: Pick<
    PlanStore,
    | 'targetDevices'
    | 'newestDeviceId'
    | 'readVersions'
    | 'addPlanDevices'
    | 'discardPlanDevices'
    | 'erasePlan'
    | 'countPlanDevices'
  >;
  readonly units: Pick<PlanStore, 'inDevice' | 'inPlan' | 'inDue'>;
  readonly schedule: Pick<PlanStore, 'duePlans' | 'nextDue' | 'scheduleAgain'>;
  readonly reader: Pick<
    PlanStore,
    'readDevice' | 'listPlanDevices' | 'findPlanDevice' | 'componentLog' | 'timeline' | 'failureCauses'
  >;
}

/** Puts them together, but for what only some adapters have. */
export function plansOf(parts: PlanParts): Omit<PlanStore, 'verify' | 'activateAlone'> {
  const { table, set, units, schedule, reader } = parts;
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
    erasePlan: set.erasePlan.bind(set),
    countPlanDevices: set.countPlanDevices.bind(set),
    inDevice: (productKey, deviceKey, now, work) => units.inDevice(productKey, deviceKey, now, work),
    inPlan: units.inPlan.bind(units),
    inDue: units.inDue.bind(units),
    duePlans: schedule.duePlans.bind(schedule),
    nextDue: schedule.nextDue.bind(schedule),
    scheduleAgain: schedule.scheduleAgain.bind(schedule),
    readDevice: reader.readDevice.bind(reader),
    listPlanDevices: reader.listPlanDevices.bind(reader),
    findPlanDevice: reader.findPlanDevice.bind(reader),
    componentLog: reader.componentLog.bind(reader),
    timeline: reader.timeline.bind(reader),
    failureCauses: reader.failureCauses.bind(reader),
  };
}
