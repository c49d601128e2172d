/**
 * The statuses of plans, devices and components with their codes, words and allowed transitions.
 * Source: `developer-center.md`, sections 3 to 5. Codes are those of the published end-user API.
 */

/** One status of a table: its code on the published wire, the words on screen, and whether anything can follow. */
export interface StatusEntry {
  readonly code: number;
  readonly label: string;
}

export const componentStatuses = {
  planNotReceived: { code: 0, label: 'Plan Not Received' },
  planReceived: { code: 1, label: 'Plan Received' },
  upgradeConfirmed: { code: 2, label: 'Upgrade Confirmed' },
  upgradeRejected: { code: 3, label: 'Upgrade Rejected' },
  readyToDownload: { code: 4, label: 'Ready to Download' },
  downloading: { code: 5, label: 'Downloading' },
  downloadFailed: { code: 6, label: 'Download Failed' },
  downloadSucceeded: { code: 8, label: 'Download Succeeded' },
  upgrading: { code: 9, label: 'Upgrading' },
  upgradeSucceeded: { code: 11, label: 'Upgrade Succeeded' },
  upgradeFailed: { code: 12, label: 'Upgrade Failed' },
  noUpdateRequired: { code: -1, label: 'No Update Required' },
} as const satisfies Record<string, StatusEntry>;
export type ComponentStatus = keyof typeof componentStatuses;

export const deviceStatuses = {
  notUpgraded: { code: 0, label: 'Not Upgraded' },
  upgrading: { code: 1, label: 'Upgrading' },
  upgraded: { code: 2, label: 'Upgraded' },
  upgradeFailed: { code: 3, label: 'Upgrade Failed' },
  noUpdateRequired: { code: -1, label: 'No Update Required' },
} as const satisfies Record<string, StatusEntry>;
export type DeviceStatus = keyof typeof deviceStatuses;

export const planStatuses = {
  inactivated: { code: 0, label: 'Inactivated' },
  toBeUpgraded: { code: 1, label: 'To be Upgraded' },
  upgrading: { code: 2, label: 'Upgrading' },
  suspended: { code: 3, label: 'Suspended' },
  forcedTermination: { code: 4, label: 'Forced Termination' },
  finished: { code: 5, label: 'Finished' },
} as const satisfies Record<string, StatusEntry>;
export type PlanStatus = keyof typeof planStatuses;

function keysOf<T extends object>(table: T): readonly (keyof T)[] {
  return Object.keys(table) as (keyof T)[];
}
export const componentStatusNames: readonly ComponentStatus[] = keysOf(componentStatuses);
export const deviceStatusNames: readonly DeviceStatus[] = keysOf(deviceStatuses);
export const planStatusNames: readonly PlanStatus[] = keysOf(planStatuses);

/** The words of any status, also of one that a newer server invented: it is shown as itself, never dropped. */
export function statusLabel(table: Readonly<Record<string, StatusEntry>>, status: string): string {
  return Object.hasOwn(table, status) ? (table[status]?.label ?? status) : status;
}

/** Which component status may follow which, within one attempt. A further attempt is `startsAttempt`. */
const follows: Readonly<Record<ComponentStatus, readonly ComponentStatus[]>> = {
  planNotReceived: ['planReceived', 'noUpdateRequired'],
  planReceived: ['upgradeConfirmed', 'upgradeRejected', 'upgradeFailed'],
  upgradeRejected: ['planReceived', 'upgradeFailed'],
  upgradeConfirmed: ['readyToDownload', 'upgradeFailed'],
  readyToDownload: ['downloading', 'upgradeFailed'],
  downloading: ['downloadSucceeded', 'downloadFailed', 'upgradeFailed'],
  downloadFailed: ['upgradeFailed'],
  downloadSucceeded: ['upgrading', 'upgradeFailed'],
  upgrading: ['upgradeSucceeded', 'upgradeFailed'],
  upgradeSucceeded: [],
  upgradeFailed: [],
  noUpdateRequired: [],
};

/** Whether a component may go from one status to another within the attempt it is in. */
export function mayFollow(from: ComponentStatus, to: ComponentStatus): boolean {
  return follows[from].includes(to);
}

/** Statuses from which a further attempt (automatic or retry) may begin, at Plan Received. */
export function mayStartAttempt(from: ComponentStatus): boolean {
  return from === 'downloadFailed' || from === 'upgradeFailed';
}

/** Whether a component in this status ended its attempt for good: only a recorded attempt leads out. */
export function isTerminal(status: ComponentStatus): boolean {
  return status === 'upgradeSucceeded' || status === 'upgradeFailed' || status === 'noUpdateRequired';
}

/** Whether the device confirmed this attempt and it is not over: it goes on through suspend, terminate and end. */
export function isConfirmedAndUnderWay(status: ComponentStatus): boolean {
  switch (status) {
    case 'upgradeConfirmed':
    case 'readyToDownload':
    case 'downloading':
    case 'downloadFailed':
    case 'downloadSucceeded':
    case 'upgrading':
      return true;
    default:
      return false;
  }
}

/**
 * The status of a device, derived from those of its components: the first rule that holds (section 4).
 * @param components the statuses of every component of the device in the plan, at least one
 */
export function deriveDeviceStatus(components: readonly ComponentStatus[]): DeviceStatus {
  if (components.includes('upgradeFailed')) return 'upgradeFailed';
  const done = components.filter((status) => status === 'upgradeSucceeded' || status === 'noUpdateRequired').length;
  const started = components.some((status) => status !== 'planNotReceived' && status !== 'noUpdateRequired');
  if (started && done < components.length) return 'upgrading';
  if (done === components.length) return components.includes('upgradeSucceeded') ? 'upgraded' : 'noUpdateRequired';
  return 'notUpgraded';
}

/** Whether a plan is over: no transition leads out. */
export function isOver(status: PlanStatus): boolean {
  return status === 'forcedTermination' || status === 'finished';
}

/** Whether a plan is activated and not over: it may hold devices and forbids others the same components. */
export function isActivated(status: PlanStatus): boolean {
  return status === 'toBeUpgraded' || status === 'upgrading' || status === 'suspended';
}

/** What a person can do to a plan, and in which statuses. */
export const planActions = {
  activate: ['inactivated'],
  suspend: ['toBeUpgraded', 'upgrading'],
  resume: ['suspended'],
  terminate: ['toBeUpgraded', 'upgrading', 'suspended'],
  delete: ['inactivated'],
} as const satisfies Record<string, readonly PlanStatus[]>;
export type PlanAction = keyof typeof planActions;

/** Whether an action is open to a plan in this status. */
export function allowsAction(status: PlanStatus, action: PlanAction): boolean {
  return (planActions[action] as readonly PlanStatus[]).includes(status);
}

/** How many devices of a plan have which status. `total` is their sum. */
export interface DeviceCounts extends Readonly<Record<DeviceStatus, number>> {
  readonly total: number;
}

/**
 * Succeeded / (succeeded + failed) in percent with two decimals; `null` where nothing was decided yet,
 * which is shown as “–” and never as 0 % (section 3).
 */
export function successRate(counts: Readonly<Record<'upgraded' | 'upgradeFailed', number>>): number | null {
  const decided = counts.upgraded + counts.upgradeFailed;
  return decided === 0 ? null : Math.round((counts.upgraded / decided) * 10_000) / 100;
}

/** The success rate as it stands on screen: two decimals and a percent sign, or “–”. */
export function formatRate(rate: number | null): string {
  return rate === null ? '–' : `${rate.toFixed(2)} %`;
}
