import {
  type ComponentStatus,
  componentStatuses,
  componentStatusNames,
  type DeviceStatus,
  deriveDeviceStatus,
  isConfirmedAndUnderWay,
} from '@otaplan/model';

/**
 * Where a device stands in a plan beside its status.
 * - `waiting`: its plan message does not have the plan; a push or its own request may issue it.
 * - `issued`: its plan message has the plan. It takes one of the places in progress.
 * - `held`: not pushed before an instant: after a rejection, or appointed.
 * - `ended`: done, failed without an attempt left, cancelled, or stopped.
 */
export const phases = ['waiting', 'issued', 'held', 'ended'] as const;
export type Phase = (typeof phases)[number];

/** One component of a device in a plan. Instants are milliseconds. */
export interface ComponentState {
  readonly status: ComponentStatus;
  /** 0 until the plan is issued. */
  readonly attempt: number;
  /** Automatic retries used up. */
  readonly retries: number;
  /** When the next automatic retry begins; `null`: none is coming. */
  readonly retryAt: number | null;
  /** The version it had when the attempt was issued. */
  readonly source: string | null;
  /** Percent of the step under way. */
  readonly progress: number;
  readonly updatedAt: number | null;
  readonly cause: string | null;
  /** The device itself reported the plan available in this attempt. */
  readonly available: boolean;
}

/** What the end user decided; codes of the published API (`userConfirmStatus`). */
export const confirmStatuses = { unconfirmed: 0, now: 1, appointed: 2, cancelled: 3, acknowledged: 4 } as const;

/** A device in a plan. */
export interface DeviceState {
  readonly phase: Phase;
  /** A component was confirmed since the device's run began: suspend, terminate and end no longer stop it. */
  readonly confirmed: boolean;
  /** Last sign of life in this run: a report that counted, or the issuing. */
  readonly heardAt: number | null;
  readonly heldUntil: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Why nothing was issued yet, or why it failed: what was last logged about it. */
  readonly cause: string | null;
  /** Who asked for a retry that has not begun. */
  readonly retryWanted: string | null;
  /** Ignored reports logged in this run, and the last of them: so that repeats do not grow the log. */
  readonly ignored: number;
  readonly lastIgnored: string | null;
  readonly userConfirm: number;
  readonly appointedFrom: number | null;
  readonly appointedTo: number | null;
  readonly components: readonly ComponentState[];
}

const untouched: ComponentState = {
  status: 'planNotReceived',
  attempt: 0,
  retries: 0,
  retryAt: null,
  source: null,
  progress: 0,
  updatedAt: null,
  cause: null,
  available: false,
};

/** A device as a plan finds it. */
export function newDeviceState(components: number): DeviceState {
  return {
    phase: 'waiting',
    confirmed: false,
    heardAt: null,
    heldUntil: null,
    startedAt: null,
    endedAt: null,
    cause: null,
    retryWanted: null,
    ignored: 0,
    lastIgnored: null,
    userConfirm: confirmStatuses.unconfirmed,
    appointedFrom: null,
    appointedTo: null,
    components: Array.from({ length: components }, () => untouched),
  };
}

const statusOfOne = Object.fromEntries(
  componentStatusNames.map((status) => [status, deriveDeviceStatus([status])]),
) as Readonly<Record<ComponentStatus, DeviceStatus>>;

/** The device's status follows from its components' alone (section 4). */
export function statusOf(device: DeviceState): DeviceStatus {
  const [only] = device.components;
  // Most devices have one component, and every report asks.
  if (only && device.components.length === 1) return statusOfOne[only.status];
  return deriveDeviceStatus(device.components.map((component) => component.status));
}

/** Whether any component is confirmed and not over. */
export function isUnderWay(device: DeviceState): boolean {
  return device.components.some((component) => isConfirmedAndUnderWay(component.status));
}

type PackedComponent = [
  code: number,
  attempt: number,
  retries: number,
  retryAt: number | null,
  source: string | null,
  progress: number,
  updatedAt: number | null,
  cause: string | null,
  available: 0 | 1,
];
type Packed = [
  confirmed: 0 | 1,
  heardAt: number | null,
  heldUntil: number | null,
  startedAt: number | null,
  endedAt: number | null,
  cause: string | null,
  retryWanted: string | null,
  ignored: number,
  lastIgnored: string | null,
  userConfirm: number,
  appointedFrom: number | null,
  appointedTo: number | null,
  components: PackedComponent[],
];

const byCode = new Map(componentStatusNames.map((name) => [componentStatuses[name].code as number, name]));

/** A device's state without its phase as a short text, for a store to keep. */
export function packDeviceState(device: DeviceState): string {
  // Written out: JSON.stringify over nested arrays costs three times as much, and every report comes by here.
  const d = device;
  let components = '';
  for (const c of d.components) {
    const { code } = componentStatuses[c.status];
    const rest = `${c.progress},${c.updatedAt},${quoted(c.cause)},${c.available ? 1 : 0}`;
    components += `${components === '' ? '' : ','}[${code},${c.attempt},${c.retries},${c.retryAt},${quoted(c.source)},${rest}]`;
  }
  const times = `${d.heardAt},${d.heldUntil},${d.startedAt},${d.endedAt}`;
  const reasons = `${quoted(d.cause)},${quoted(d.retryWanted)},${d.ignored},${quoted(d.lastIgnored)}`;
  const user = `${d.userConfirm},${d.appointedFrom},${d.appointedTo}`;
  return `[${d.confirmed ? 1 : 0},${times},${reasons},${user},[${components}]]`;
}

function quoted(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text);
}

/** The inverse of {@link packDeviceState}. Throws when the text is not what it wrote. */
export function unpackDeviceState(phase: Phase, text: string): DeviceState {
  const p = JSON.parse(text) as Packed;
  return {
    phase,
    confirmed: p[0] === 1,
    heardAt: p[1],
    heldUntil: p[2],
    startedAt: p[3],
    endedAt: p[4],
    cause: p[5],
    retryWanted: p[6],
    ignored: p[7],
    lastIgnored: p[8],
    userConfirm: p[9],
    appointedFrom: p[10],
    appointedTo: p[11],
    components: p[12].map((c) => {
      const status = byCode.get(c[0]);
      if (status === undefined) throw new Error(`A component has the unknown status code ${c[0]}.`);
      return {
        status,
        attempt: c[1],
        retries: c[2],
        retryAt: c[3],
        source: c[4],
        progress: c[5],
        updatedAt: c[6],
        cause: c[7],
        available: c[8] === 1,
      };
    }),
  };
}
