import {
  type Ambient,
  type Client,
  ClientError,
  type Failure,
  type PlanOverview,
  pauseBefore,
  usualRetries,
  wait,
} from '@otaplan/client';
import { createPlanTable, noChange, type StoreChange } from './plan-table.ts';

/** How the store stands with Developer Center. */
export type Connection =
  /** Nobody looks. */
  | { readonly state: 'paused' }
  | { readonly state: 'loading' }
  /** `how`: told by events, or read again every so often. */
  | { readonly state: 'live'; readonly how: 'events' | 'polling' }
  | { readonly state: 'waiting'; readonly failure: Failure; readonly retryAt: number }
  /** Waiting does not mend it (wrong key, not permitted …); `refresh` tries again. */
  | { readonly state: 'stopped'; readonly failure: Failure };

export interface LiveStoreOptions {
  readonly client: Client;
  readonly ambient: Ambient;
  /** Milliseconds between two readings when there are no events and the server does not say; 15 s without. */
  readonly interval?: number;
  /** Milliseconds for which the store stays live after nobody looks any more; 60 s without. */
  readonly grace?: number;
}

/** The plans of one Developer Center, kept live while somebody looks. It says ids; who shows them reads again. */
export interface LiveStore {
  planIds(): readonly string[];
  plan(id: string): PlanOverview | undefined;
  connection(): Connection;
  /** Milliseconds since the epoch when what is known was last right; `null`: nothing was read yet. */
  rightAt(): number | null;
  subscribe(listener: (change: StoreChange) => void): () => void;
  /** Whether anything that shows the store can be seen. */
  setVisible(visible: boolean): void;
  /** Reads everything again now. */
  refresh(): void;
  /** Takes in a state that came as a reply to an action, ahead of the events. */
  put(overview: PlanOverview): void;
  /** Follows the devices of a plan until the function returned is called. */
  openPlan(planId: string): () => void;
  close(): void;
}

/** For how long the list is read again and again before the event stream is tried another time. */
const pollingMilliseconds = 10 * 60_000;

/** Starts unseen: nothing is read before `setVisible(true)`. */
export function createLiveStore(options: LiveStoreOptions): LiveStore {
  const { client, ambient } = options;
  const interval = options.interval ?? 15_000;
  const table = createPlanTable();
  const listeners = new Set<(change: StoreChange) => void>();
  const opened = new Map<string, { users: number; stop: AbortController }>();
  const etags = new Map<string, { etag: string; items: readonly PlanOverview[]; next: string | null }>();
  let connection: Connection = { state: 'paused' };
  let running: AbortController | null = null;
  let visible = false;
  let callOffPause = () => {};
  let rightAt: number | null = null;
  const heard = () => {
    if (connection.state === 'live') rightAt = ambient.now();
  };

  function tell(change: StoreChange | null): void {
    if (change) for (const listener of [...listeners]) listener(change);
  }
  function become(next: Connection): void {
    connection = next;
    heard();
    tell({ ...noChange, connection: true });
  }

  /** Reads the whole list, pages unchanged by ETag from memory. Returns the interval that the server asks for, in milliseconds. */
  async function readAll(signal: AbortSignal): Promise<number | null> {
    const all: PlanOverview[] = [];
    let cursor: string | null = null;
    let maxAge: number | null = null;
    do {
      const place: string = cursor ?? '';
      const known = etags.get(place);
      const query = { limit: 200, ...(cursor === null ? {} : { cursor }) };
      const page = await client.plans.page(query, known?.etag, { signal });
      maxAge ??= page.maxAge;
      const items: readonly PlanOverview[] = page.notModified ? (known?.items ?? []) : page.reply.items;
      const next: string | null = page.notModified ? (known?.next ?? null) : page.reply.nextCursor;
      if (!page.notModified) {
        if (page.etag) etags.set(place, { etag: page.etag, items, next });
        else etags.delete(place);
      }
      all.push(...items);
      cursor = next;
    } while (cursor !== null);
    tell(table.replace(all));
    return maxAge === null ? null : maxAge * 1000;
  }

  async function byEvents(signal: AbortSignal): Promise<void> {
    for await (const event of client.events({ signal, onHeard: heard })) {
      switch (event.kind) {
        case 'connected':
          if (!event.resumed) await readAll(signal);
          become({ state: 'live', how: 'events' });
          break;
        case 'resync':
          await readAll(signal);
          break;
        case 'plan':
          tell(table.put(event.overview));
          break;
        case 'planDeleted':
          tell(table.remove(event.planId));
          break;
        case 'disconnected':
          become({ state: 'waiting', failure: event.failure, retryAt: event.retryAt });
          break;
        case 'devices':
          break;
      }
    }
  }

  /** Ends after a while, so that the stream is tried again: what stood in its way may be gone. */
  async function byPolling(signal: AbortSignal): Promise<void> {
    const until = ambient.now() + pollingMilliseconds;
    while (!signal.aborted && ambient.now() < until) {
      const asked = await readAll(signal);
      become({ state: 'live', how: 'polling' });
      // A tenth more or less, so that clients do not fall into step.
      const pause = (asked ?? interval) * (0.9 + ambient.random() * 0.2);
      await wait(ambient, pause, signal).catch(() => {});
    }
  }

  async function live(signal: AbortSignal): Promise<void> {
    let streams = true;
    for (let failures = 0; !signal.aborted; ) {
      try {
        await (streams ? byEvents(signal) : byPolling(signal));
        streams = true;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ClientError)) throw error;
        const { failure } = error;
        // An older server, or a proxy that does not let streams through: reading again does it as well.
        if (streams && (failure.kind === 'problem' || failure.kind === 'badReply')) {
          streams = false;
          continue;
        }
        if (isLasting(failure)) {
          become({ state: 'stopped', failure });
          return;
        }
        // What held in between starts the count anew.
        failures = connection.state === 'live' ? 1 : failures + 1;
        const pause = pauseBefore({ ...usualRetries, firstPause: 2000, longestPause: 120_000 }, failures, ambient);
        become({ state: 'waiting', failure, retryAt: ambient.now() + pause });
        await wait(ambient, pause, signal).catch(() => {});
      }
    }
  }

  function start(): void {
    if (running) return;
    const controller = new AbortController();
    running = controller;
    become({ state: 'loading' });
    void live(controller.signal).finally(() => {
      if (running === controller) running = null;
    });
    for (const [planId, entry] of opened) void followDevices(planId, entry);
  }
  function stop(): void {
    running?.abort();
    running = null;
    for (const entry of opened.values()) entry.stop.abort();
    become({ state: 'paused' });
  }

  async function followDevices(planId: string, entry: { stop: AbortController }): Promise<void> {
    entry.stop.abort();
    entry.stop = new AbortController();
    try {
      for await (const event of client.events({ query: { plan: planId }, signal: entry.stop.signal })) {
        const move = (devices: { deviceKey: string; status: string }[], more: boolean) =>
          tell({ ...noChange, devices: { planId, devices, more } });
        if (event.kind === 'plan') {
          tell(table.put(event.overview));
          move([], false);
        }
        if (event.kind === 'devices') move([...event.devices], event.more);
        if (event.kind === 'resync' || (event.kind === 'connected' && !event.resumed)) move([], true);
      }
    } catch (error) {
      // The list's own connection meets the same failure, and shows it.
      if (!(error instanceof ClientError)) throw error;
    }
  }

  return {
    planIds: () => table.ids(),
    plan: (id) => table.get(id),
    connection: () => connection,
    rightAt: () => rightAt,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setVisible(now) {
      visible = now;
      callOffPause();
      callOffPause = () => {};
      if (now) start();
      else if (running) {
        callOffPause = ambient.after(options.grace ?? 60_000, () => {
          if (!visible) stop();
        });
      }
    },
    refresh() {
      running?.abort();
      running = null;
      start();
    },
    put: (overview) => tell(table.put(overview)),
    openPlan(planId) {
      const entry = opened.get(planId) ?? { users: 0, stop: new AbortController() };
      opened.set(planId, entry);
      if (entry.users++ === 0 && running) void followDevices(planId, entry);
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        if (--entry.users > 0) return;
        entry.stop.abort();
        opened.delete(planId);
      };
    },
    close() {
      callOffPause();
      stop();
      listeners.clear();
    },
  };
}

/** Failures that waiting does not mend. */
function isLasting(failure: Failure): boolean {
  switch (failure.kind) {
    case 'signInRefused':
    case 'notPermitted':
    case 'notAnOtaplanServer':
    case 'redirected':
    case 'certificate':
      return true;
    case 'problem':
      return failure.document.status < 500;
    default:
      return false;
  }
}
