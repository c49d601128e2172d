import type { Ambient, PlanOverview } from '@otaplan/client';
import { createLiveStore, type LiveStore, type StoreChange } from '@otaplan/fleet';
import * as vscode from 'vscode';
import type { Connections } from './connections.ts';

/** Plans of one Developer Center as they are now. */
export interface Live {
  /** Name of the connection. */
  readonly connection: string;
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
  all(): readonly Live[];
  of(connection: string): Live | undefined;
  /** Somebody looks at all of them, until what is returned is disposed. */
  look(): vscode.Disposable;
  refresh(): void;
}

export function createLives(connections: Connections, ambient: Ambient): Lives {
  const changed = new vscode.EventEmitter<void>();
  const changedPlans = new vscode.EventEmitter<LivesChange>();
  const lives = new Map<string, { readonly live: Live; readonly identity: string }>();
  let lookers = 0;

  function open(name: string, client: ReturnType<Connections['client']>): Live {
    const store = createLiveStore({ client, ambient });
    const plans = () => store.planIds().flatMap((id) => store.plan(id) ?? []);
    const live: Live = {
      connection: name,
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

  /** Stores follow the connections: an account that changed has another store. */
  function follow(): void {
    const signedIn = connections.all().filter((each) => each.accessKey !== null);
    const wanted = new Map(signedIn.map((each) => [each.name, `${each.server} ${each.accessKey}`]));
    for (const [name, { live, identity }] of lives) {
      if (wanted.get(name) === identity) continue;
      lives.delete(name);
      live.store.close();
    }
    for (const connection of signedIn) {
      if (lives.has(connection.name)) continue;
      const live = open(connection.name, connections.client(connection));
      lives.set(connection.name, { live, identity: wanted.get(connection.name) ?? '' });
      if (lookers > 0) live.store.setVisible(true);
    }
    changed.fire();
  }
  const listener = connections.onDidChange(follow);
  follow();

  function setVisible(visible: boolean): void {
    for (const { live } of lives.values()) live.store.setVisible(visible);
  }
  return {
    onDidChange: changed.event,
    onDidChangePlans: changedPlans.event,
    all: () => [...lives.values()].map(({ live }) => live),
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
      for (const { live } of lives.values()) if (live.store.connection().state !== 'paused') live.store.refresh();
    },
    dispose() {
      listener.dispose();
      for (const { live } of lives.values()) live.store.close();
      changed.dispose();
      changedPlans.dispose();
    },
  };
}
