import {
  type ComponentStatus,
  componentStatuses,
  type DeviceStatus,
  deviceStatuses,
  type PlanStatus,
  planActions,
  planStatuses,
  type StatusEntry,
} from '@otaplan/model';

/** The rule behind each status, in the words of Developer Center. */
const ofPlans: Readonly<Record<PlanStatus, string>> = {
  inactivated: 'Saved and not activated: can still be edited or deleted.',
  toBeUpgraded: 'Activated; no device has started yet. All but manual texts is frozen.',
  upgrading: 'At least one device has started.',
  suspended: 'Stopped for devices that have not confirmed; can be resumed.',
  forcedTermination: 'Ended by a person. Final.',
  finished: 'Its effective period is over. Final.',
};
const ofDevices: Readonly<Record<DeviceStatus, string>> = {
  notUpgraded: 'Nothing has started.',
  upgrading: 'At least one component has received the plan or gone further, and not all are done.',
  upgraded: 'Every component succeeded or needed no update, and at least one succeeded.',
  upgradeFailed: 'At least one component failed.',
  noUpdateRequired: 'No component needs an update.',
};
const ofComponents: Readonly<Record<ComponentStatus, string>> = {
  planNotReceived: 'The device does not have the plan yet.',
  planReceived: 'The device has the plan.',
  upgradeConfirmed: 'The device confirmed.',
  upgradeRejected: 'The device refused; it is pushed again after the rejection period.',
  readyToDownload: 'The device has the download address.',
  downloading: 'The device asked for the file.',
  downloadFailed: 'The download broke off; a further attempt may follow.',
  downloadSucceeded: 'The device has the file.',
  upgrading: 'The device installs it.',
  upgradeSucceeded: 'The device reported the target version: the only way to success.',
  upgradeFailed:
    'The attempt failed; also after termination, the end of the period, a cancellation or the last attempt.',
  noUpdateRequired: 'The current version is the target version already.',
};

/** What may be done to a plan in a status. */
function actionsIn(status: PlanStatus): string {
  const open = Object.entries(planActions).flatMap(([action, statuses]) =>
    (statuses as readonly PlanStatus[]).includes(status) ? [action] : [],
  );
  return open.length === 0 ? '' : ` Open to: ${open.join(', ')}.`;
}

const all = [
  ...entries('a plan', planStatuses, (status) => ofPlans[status] + actionsIn(status)),
  ...entries('a device', deviceStatuses, (status) => ofDevices[status]),
  ...entries('a component', componentStatuses, (status) => ofComponents[status]),
];

function entries<S extends string>(of: string, table: Readonly<Record<S, StatusEntry>>, rule: (status: S) => string) {
  return (Object.keys(table) as S[]).map((status) => ({ of, ...table[status], rule: rule(status) }));
}

/**
 * The status that a text names at an offset, and its rule for each kind of thing that can have it. Only in the spelling of
 * the console: “Upgrading” is a status, “upgrading” a word.
 */
export function statusIn(text: string, offset: number): { text: string; start: number; end: number } | undefined {
  const labels = [...new Set(all.map(({ label }) => label))].sort((a, b) => b.length - a.length);
  for (const label of labels) {
    for (let at = text.indexOf(label); at !== -1; at = text.indexOf(label, at + 1)) {
      const end = at + label.length;
      const word = !/[\p{L}\p{N}]/u.test((text[at - 1] ?? ' ') + (text[end] ?? ' '));
      if (!word || offset < at || offset > end) continue;
      const lines = all
        .filter((each) => each.label === label)
        .map(({ of, rule, code }) => `- of ${of} (${code}): ${rule}`);
      return { text: `**${label}**\n\n${lines.join('\n')}`, start: at, end };
    }
  }
  return undefined;
}
