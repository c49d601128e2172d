import { type ComponentStatus, type DeviceStatus, type PlanAction, type PlanStatus, planActions } from '@otaplan/model';

/** How a status looks: a codicon, a theme colour, and what can be done. */
export interface Look {
  readonly icon: string;
  readonly color: string | null;
}

/** A status without a look does not compile. */
export const planLooks: Readonly<Record<PlanStatus, Look>> = {
  inactivated: { icon: 'circle-large-outline', color: null },
  toBeUpgraded: { icon: 'watch', color: 'charts.blue' },
  upgrading: { icon: 'sync', color: 'charts.blue' },
  suspended: { icon: 'debug-pause', color: 'charts.yellow' },
  forcedTermination: { icon: 'circle-slash', color: 'charts.red' },
  finished: { icon: 'pass', color: 'charts.green' },
};

export const deviceLooks: Readonly<Record<DeviceStatus, Look>> = {
  notUpgraded: { icon: 'circle-outline', color: null },
  upgrading: { icon: 'sync', color: 'charts.blue' },
  upgraded: { icon: 'pass', color: 'charts.green' },
  upgradeFailed: { icon: 'error', color: 'charts.red' },
  noUpdateRequired: { icon: 'dash', color: null },
};

export const componentLooks: Readonly<Record<ComponentStatus, Look>> = {
  planNotReceived: { icon: 'circle-outline', color: null },
  planReceived: { icon: 'mail', color: 'charts.blue' },
  upgradeConfirmed: { icon: 'thumbsup', color: 'charts.blue' },
  upgradeRejected: { icon: 'thumbsdown', color: 'charts.yellow' },
  readyToDownload: { icon: 'cloud', color: 'charts.blue' },
  downloading: { icon: 'cloud-download', color: 'charts.blue' },
  downloadFailed: { icon: 'warning', color: 'charts.red' },
  downloadSucceeded: { icon: 'desktop-download', color: 'charts.blue' },
  upgrading: { icon: 'sync', color: 'charts.blue' },
  upgradeSucceeded: { icon: 'pass', color: 'charts.green' },
  upgradeFailed: { icon: 'error', color: 'charts.red' },
  noUpdateRequired: { icon: 'dash', color: null },
};

/** A status that a newer server invented is shown as itself. */
const unknownLook: Look = { icon: 'question', color: null };

function lookIn(table: Readonly<Record<string, Look>>, status: string): Look {
  return Object.hasOwn(table, status) ? (table[status] ?? unknownLook) : unknownLook;
}

export const planLook = (status: string): Look => lookIn(planLooks, status);
export const deviceLook = (status: string): Look => lookIn(deviceLooks, status);
export const componentLook = (status: string): Look => lookIn(componentLooks, status);

/** What can be done to a plan in a status; nothing is offered for one that is not known. */
export function actionsFor(status: string): readonly PlanAction[] {
  return (Object.keys(planActions) as PlanAction[]).filter((action) =>
    (planActions[action] as readonly string[]).includes(status),
  );
}
