import type { Client, DeviceComponent, PlanDevice } from '@otaplan/client';
import type { DeviceStatus } from '@otaplan/model';

export interface DeviceFilter {
  readonly status?: DeviceStatus;
  /** A part of the device key. */
  readonly search?: string;
}

/** Devices of a plan, loaded page by page as they are looked at. */
export interface DevicePages {
  readonly filter: DeviceFilter;
  /** Loaded so far, in order of device key. */
  devices(): readonly PlanDevice[];
  /** Whether there are more to load. */
  readonly more: boolean;
  /** Loads the next page; calls at once share it. */
  loadMore(signal?: AbortSignal): Promise<void>;
  /** Reads what is loaded again, as far as it goes. */
  reload(signal?: AbortSignal): Promise<void>;
  /** Components of one device, in the plan's order. */
  components(deviceKey: string, signal?: AbortSignal): Promise<readonly DeviceComponent[]>;
}

const pageSize = 100;

/** Nothing is read before `loadMore`. Calls throw a `ClientError` by name. */
export function createDevicePages(client: Client, planId: string, filter: DeviceFilter = {}): DevicePages {
  let loaded: PlanDevice[] = [];
  let cursor: string | null = null;
  let more = true;
  let underWay: Promise<void> | null = null;

  async function page(at: string | null, limit: number, signal: AbortSignal | undefined) {
    const query = { ...filter, limit, ...(at === null ? {} : { cursor: at }) };
    return await client.plans.devicePage(planId, query, { signal });
  }
  return {
    filter,
    devices: () => loaded,
    get more() {
      return more;
    },
    loadMore(signal) {
      underWay ??= (async () => {
        if (!more) return;
        const next = await page(cursor, pageSize, signal);
        loaded = [...loaded, ...next.items];
        cursor = next.nextCursor;
        more = cursor !== null;
      })().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    async reload(signal) {
      await underWay;
      const wanted = Math.max(loaded.length, pageSize);
      const fresh: PlanDevice[] = [];
      let at: string | null = null;
      do {
        const next = await page(at, Math.min(500, wanted - fresh.length), signal);
        fresh.push(...next.items);
        at = next.nextCursor;
      } while (at !== null && fresh.length < wanted);
      loaded = fresh;
      cursor = at;
      more = at !== null;
    },
    components: (deviceKey, signal) => client.plans.components(planId, deviceKey, { signal }),
  };
}
