import type { Ambient, Client, PlanOverview } from '@otaplan/client';
import { createLiveStore, type LiveStore, type StoreChange } from '@otaplan/fleet';
import * as vscode from 'vscode';
import type { Connection, Connections } from './connections.ts';
import { OperationError } from './errors.ts';

/** Plans of one Developer Center as they are now. */
export interface Live {
  /** Name of the connection. */
  readonly connection: string;
  readonly client: Client;
  readonly store: LiveStore;
  plans(): readonly PlanOverview[];
  /** Plans also when nobody looks: then they are read once, now. */
  read(): Promise<readonly PlanOverview[]>;
}

export interface LivesChange {
  readonly live: Live;
  readonly change: StoreChange;
}

/** One live store for each connection that is signed in; open only while somebody looks. */
export interface Lives extends vscode.Disposable {
  /** A connection signed in or out, or was added or removed. */
  readonly onDidChange: vscode.Event<void>;
  readonly onDidChangePlans: vscode.Event<LivesChange>;
  /** Those that are open; a connection that was signed in just now is open a moment later. */
  all(): readonly Live[];
  /** Resolves when those are open that were signed in when this was called. */
  opened(): Promise<void>;
  of(connection: string): Live | undefined;
  /** Somebody looks at all of them, until what is returned is disposed. */
  look(): vscode.Disposable;
  refresh(): void;
}

interface Entry {
  /** What it was opened for. */
  readonly identity: string;
  /** `undefined` until its client is made. */
  live?: Live;
  opening?: Promise<void>;
}

export function createLives(connections: Connections, ambient: Ambient): Lives {
  const changed = new vscode.EventEmitter<void>();
  const changedPlans = new vscode.EventEmitter<LivesChange>();
  const lives = new Map<string, Entry>();
  let lookers = 0;
  const all = () => [...lives.values()].flatMap(({ live }) => live ?? []);

  function open(name: string, client: Client): Live {
    const store = createLiveStore({ client, ambient });
    const plans = () => store.planIds().flatMap((id) => store.plan(id) ?? []);
    const live: Live = {
      connection: name,
      client,
      store,
      plans,
      async read() {
        if (store.connection().state === 'live') return plans();
        const read: PlanOverview[] = [];
        for await (const overview of client.plans.list()) read.push(overview);
        return read;
      },
    };
    store.subscribe((change) => changedPlans.fire({ live, change }));
    return live;
  }

  async function enter(connection: Connection, entry: Entry): Promise<void> {
    try {
      const client = await connections.client(connection);
      // Meanwhile it may have been signed out, or signed in as another.
      if (lives.get(connection.name) !== entry) return;
      entry.live = open(connection.name, client);
      if (lookers > 0) entry.live.store.setVisible(true);
    } catch (error) {
      if (lives.get(connection.name) === entry) lives.delete(connection.name);
      // Signed out in this moment: of that we are told.
      if (!(error instanceof OperationError)) throw error;
    }
    changed.fire();
  }

  /** Stores follow the connections: an account that changed has another store. */
  function follow(): void {
    const signedIn = connections.all().filter((each) => each.accessKey !== null);
    const wanted = new Map(signedIn.map((each) => [each.name, `${each.server} ${each.accessKey}`]));
    for (const [name, { live, identity }] of lives) {
      if (wanted.get(name) === identity) continue;
      lives.delete(name);
      live?.store.close();
    }
    for (const connection of signedIn) {
      if (lives.has(connection.name)) continue;
      const entry: Entry = { identity: wanted.get(connection.name) ?? '' };
      lives.set(connection.name, entry);
      entry.opening = enter(connection, entry);
    }
    changed.fire();
  }
  const listener = connections.onDidChange(follow);
  follow();

  function setVisible(visible: boolean): void {
    for (const live of all()) live.store.setVisible(visible);
  }
  return {
    onDidChange: changed.event,
    onDidChangePlans: changedPlans.event,
    all,
    async opened() {
      await Promise.all([...lives.values()].map(({ opening }) => opening));
    },
    of: (connection) => lives.get(connection)?.live,
    look() {
      if (lookers++ === 0) setVisible(true);
      let looking = true;
      return new vscode.Disposable(() => {
        if (!looking) return;
        looking = false;
        if (--lookers === 0) setVisible(false);
      });
    },
    refresh() {
      for (const live of all()) if (live.store.connection().state !== 'paused') live.store.refresh();
    },
    dispose() {
      listener.dispose();
      for (const live of all()) live.store.close();
      lives.clear();
      changed.dispose();
      changedPlans.dispose();
    },
  };
}
