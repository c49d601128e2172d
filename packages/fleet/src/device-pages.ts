import { type Client, ClientError, type PlanDevice } from '@otaplan/client';
import type { DeviceStatus } from '@otaplan/model';

export interface DeviceFilter {
  readonly status?: DeviceStatus;
  /** A part of the device key. */
  readonly search?: string;
  /** Failed devices of this cause, as a plan's statistics have it. */
  readonly cause?: string;
}

/** What of the loaded devices changed. */
export interface PagesChange {
  /** Devices whose state is another. */
  readonly rows: readonly PlanDevice[];
  /** Devices came or went. */
  readonly list: boolean;
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
  reload(signal?: AbortSignal): Promise<PagesChange>;
  /** Takes in devices that have another status now. Reads those alone that are, or belong, among the loaded ones. */
  apply(statuses: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<PagesChange>;
}

const pageSize = 100;
const longestPage = 500;

/**
 * Nothing is read before `loadMore`. Calls throw a `ClientError` by name.
 * @param total how many there are, where it is known: nothing is looked for behind the last
 */
export function createDevicePages(
  client: Client,
  planId: string,
  filter: DeviceFilter = {},
  total: () => number | null = () => null,
): DevicePages {
  let loaded: readonly PlanDevice[] = [];
  let cursor: string | null = null;
  let more = true;
  let loadingMore: Promise<void> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: two that write the list at once would lose what one of them read. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }
  /** Whether there may be more behind a page. Where few of many match, pages have few devices or none, and yet a next one. */
  const goesOn = (at: string | null, found: number): at is string => at !== null && found < (total() ?? Infinity);
  async function page(at: string | null, limit: number, signal: AbortSignal | undefined) {
    const query = { ...filter, limit, ...(at === null ? {} : { cursor: at }) };
    return await client.plans.devicePage(planId, query, { signal });
  }
  function become(next: readonly PlanDevice[]): PagesChange {
    const before = new Map(loaded.map((device) => [device.deviceKey, device]));
    const list =
      next.length !== loaded.length || next.some(({ deviceKey }, index) => deviceKey !== loaded[index]?.deviceKey);
    const rows = next.filter((device) => {
      const known = before.get(device.deviceKey);
      return known !== undefined && JSON.stringify(known) !== JSON.stringify(device);
    });
    loaded = next;
    return { rows, list };
  }
  async function readAgain(signal: AbortSignal | undefined): Promise<PagesChange> {
    const wanted = Math.max(loaded.length, pageSize);
    const fresh: PlanDevice[] = [];
    let at: string | null = null;
    do {
      const next = await page(at, Math.min(longestPage, wanted - fresh.length), signal);
      fresh.push(...next.items);
      at = next.nextCursor;
    } while (goesOn(at, fresh.length) && fresh.length < wanted);
    cursor = at;
    more = goesOn(at, fresh.length);
    return become(fresh);
  }
  /** The device as it is now; `null` when it is none of these any more. */
  async function one(deviceKey: string, signal: AbortSignal | undefined): Promise<PlanDevice | null> {
    try {
      const device = await client.plans.device(planId, deviceKey, { signal });
      return filter.status === undefined || device.status === filter.status ? device : null;
    } catch (error) {
      if (error instanceof ClientError && error.failure.kind === 'problem' && error.failure.document.status === 404) {
        return null;
      }
      throw error;
    }
  }
  return {
    filter,
    devices: () => loaded,
    get more() {
      return more;
    },
    loadMore(signal) {
      loadingMore ??= inTurn(async () => {
        const before = loaded.length;
        while (more && loaded.length === before) {
          const next = await page(cursor, pageSize, signal);
          loaded = [...loaded, ...next.items];
          cursor = next.nextCursor;
          more = goesOn(cursor, loaded.length);
        }
      }).finally(() => {
        loadingMore = null;
      });
      return loadingMore;
    },
    reload: (signal) => inTurn(() => readAgain(signal)),
    apply: (statuses, signal) =>
      inTurn(async () => {
        const known = new Map(loaded.map((device) => [device.deviceKey, device]));
        const end = loaded.at(-1)?.deviceKey ?? '';
        const belongs = (status: string) => filter.status === undefined || status === filter.status;
        const staying: string[] = [];
        const coming: string[] = [];
        for (const [key, status] of statuses) {
          if (!belongs(status)) known.delete(key);
          else if (known.has(key)) staying.push(key);
          // Behind the loaded ones it is read when it is looked at.
          else if (!more || key < end) coming.push(key);
        }
        // What a search finds is for Developer Center to say, and which cause a device counts to.
        const narrowed = filter.search !== undefined || filter.cause !== undefined;
        if (narrowed && coming.length + (filter.cause === undefined ? 0 : staying.length) > 0)
          return await readAgain(signal);
        for (const key of [...staying, ...coming]) known.delete(key);
        const fresh = await Promise.all([...staying, ...coming].map((key) => one(key, signal)));
        for (const device of fresh) if (device) known.set(device.deviceKey, device);
        return become([...known.values()].sort((a, b) => (a.deviceKey < b.deviceKey ? -1 : 1)));
      }),
  };
}
