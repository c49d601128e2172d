import { type Ambient, type Client, ClientError, type DeviceComponent, type PlanDevice } from '@otaplan/client';
import type { DeviceStatus } from '@otaplan/model';
import { createDevicePages, type DevicePages, type PagesChange } from './device-pages.ts';
import type { LiveStore } from './live-store.ts';

/** What of the devices that are looked at changed; whoever shows it draws that row again. */
export type DevicesChange =
  /** Devices of a status came or went. */
  | { readonly kind: 'list'; readonly status: string }
  | { readonly kind: 'device'; readonly status: string; readonly device: PlanDevice }
  | { readonly kind: 'component'; readonly deviceKey: string; readonly component: DeviceComponent };

export interface DeviceWatchOptions {
  readonly client: Client;
  readonly store: LiveStore;
  readonly ambient: Ambient;
  readonly planId: string;
  /** A part of the device key: only those are shown. */
  readonly search?: string;
  /** Failed devices of this cause alone. */
  readonly cause?: string;
  readonly onChange: (changes: readonly DevicesChange[]) => void;
}

/** Devices of one plan by status, of which only those are read that somebody opened, kept right while they can be seen. */
export interface DeviceWatch {
  /** Devices of a status, from now on followed. */
  open(status: DeviceStatus): DevicePages;
  close(status: DeviceStatus): void;
  isOpen(status: DeviceStatus): boolean;
  /** Components of a device in the plan's order, from now on followed. */
  components(deviceKey: string): Promise<readonly DeviceComponent[]>;
  closeDevice(deviceKey: string): void;
  /** While nobody can see them nothing is read or followed; afterwards what is open is read again. */
  setVisible(visible: boolean): void;
  end(): void;
}

/** Changes are gathered for this long, … */
const gatherMilliseconds = 150;
/** … and taken in at most this often. */
const leastMilliseconds = 1500;
/** More devices than these are read again page by page. */
const mostSingly = 50;
/** Unfolded devices whose components are followed, the latest first. */
const mostUnfolded = 20;

export function watchDevices(options: DeviceWatchOptions): DeviceWatch {
  const { client, store, ambient, planId, search, cause } = options;
  const groups = new Map<DeviceStatus, DevicePages>();
  const unfolded = new Map<string, readonly DeviceComponent[]>();
  const moved = new Map<string, string>();
  let everything = false;
  let visible = true;
  let lastRun = Number.NEGATIVE_INFINITY;
  let callOff: (() => void) | undefined;
  let running = false;
  let leave: (() => void) | undefined;

  /** The plan's own stream is open only while devices are looked at. */
  function follow(): void {
    const wanted = visible && groups.size > 0;
    if (wanted) leave ??= store.openPlan(planId);
    else {
      leave?.();
      leave = undefined;
      callOff?.();
      callOff = undefined;
    }
  }
  function soon(): void {
    if (callOff || running || !visible || groups.size === 0) return;
    const pause = Math.max(gatherMilliseconds, lastRun + leastMilliseconds - ambient.now());
    callOff = ambient.after(pause, () => {
      callOff = undefined;
      void run();
    });
  }

  async function run(): Promise<void> {
    running = true;
    lastRun = ambient.now();
    const statuses = new Map(moved);
    const all = everything || statuses.size > mostSingly;
    moved.clear();
    everything = false;
    const changes: DevicesChange[] = [];
    try {
      for (const [status, pages] of [...groups]) {
        const change: PagesChange = all ? await pages.reload() : await pages.apply(statuses);
        if (change.list) changes.push({ kind: 'list', status });
        for (const device of change.rows) changes.push({ kind: 'device', status, device });
      }
      for (const deviceKey of [...unfolded.keys()].reverse().slice(0, mostUnfolded)) {
        changes.push(...(await readComponents(deviceKey)));
      }
    } catch (error) {
      // Whoever shows the connection tells of it; what is shown stays, and is read again when the connection is back.
      if (!(error instanceof ClientError)) throw error;
      everything = true;
    } finally {
      running = false;
    }
    if (changes.length > 0) options.onChange(changes);
    if (moved.size > 0 || (everything && store.connection().state === 'live')) soon();
  }
  async function readComponents(deviceKey: string): Promise<DevicesChange[]> {
    const before = unfolded.get(deviceKey);
    const now = await client.plans.components(planId, deviceKey);
    if (!before || !unfolded.has(deviceKey)) return [];
    unfolded.set(deviceKey, now);
    return now
      .filter((component, index) => JSON.stringify(component) !== JSON.stringify(before[index]))
      .map((component) => ({ kind: 'component', deviceKey, component }));
  }

  const unsubscribe = store.subscribe((change) => {
    if (change.devices?.planId === planId) {
      for (const { deviceKey, status } of change.devices.devices) moved.set(deviceKey, status);
      everything ||= change.devices.more;
      soon();
    } else if (change.connection && everything && store.connection().state === 'live') soon();
  });

  return {
    open(status) {
      const known = groups.get(status);
      if (known) return known;
      const filter = {
        status,
        ...(search === undefined ? {} : { search }),
        ...(cause === undefined ? {} : { cause }),
      };
      const narrowed = search !== undefined || cause !== undefined;
      const total = () => (narrowed ? null : (store.plan(planId)?.devices[status] ?? null));
      const pages = createDevicePages(client, planId, filter, total);
      groups.set(status, pages);
      follow();
      return pages;
    },
    close(status) {
      groups.delete(status);
      follow();
    },
    isOpen: (status) => groups.has(status),
    async components(deviceKey) {
      const known = unfolded.get(deviceKey);
      if (known) return known;
      const read = await client.plans.components(planId, deviceKey);
      unfolded.set(deviceKey, read);
      return read;
    },
    closeDevice(deviceKey) {
      unfolded.delete(deviceKey);
    },
    setVisible(now) {
      if (visible === now) return;
      visible = now;
      follow();
      if (!visible) return;
      everything = true;
      soon();
    },
    end() {
      unsubscribe();
      groups.clear();
      unfolded.clear();
      follow();
    },
  };
}
