import type { Ambient, Client, Credentials } from '@otaplan/client';
import * as vscode from 'vscode';
import { choose } from './choices.ts';
import { OperationError } from './errors.ts';
import type { GivenConnection } from './given-connection.ts';
import type { Log } from './log.ts';
import { createNetworkClient } from './network.ts';
import type { ConnectionSetting, Settings } from './settings.ts';
import type { Vault } from './vault.ts';

/** A Developer Center that this VS Code knows. */
export interface Connection extends ConnectionSetting {
  /** Where it comes from: what is not of the settings cannot be taken out of them. */
  readonly origin: 'settings' | 'environment' | 'local';
  /** Access key that is signed in, to be shown; `null`: signed out. */
  readonly accessKey: string | null;
  /** Whose that access key is: of an account that signed in, of the environment, or of the local Developer Center. */
  readonly signedInBy: 'account' | 'environment' | 'local' | null;
}

/** Connections, which of them is in use, and a client for each. One client serves everybody: it shares one log-in. */
export interface Connections extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  all(): readonly Connection[];
  find(name: string): Connection | undefined;
  /** The chosen one; the only one; else `undefined`. */
  current(): Connection | undefined;
  /** The current one, or the one that a person picks. Throws `noConnection` when there is none. */
  pick(): Promise<Connection>;
  /** Throws `notSignedIn`. Reaches no network by itself. */
  client(connection: Connection): Promise<Client>;
  /** What was started from here; `undefined`: nothing any more. */
  setLocal(local: GivenConnection | undefined): void;
  /** The access key that the environment gives for a server; `null`: none. */
  environmentKey(server: string): string | null;
  /** Whether the environment's account is used in this window. It is, until a person signs out of it. */
  useEnvironment(used: boolean): void;
}

/** Closes a client that was made; one that could not be made has told whoever wanted it. */
function close(client: Promise<Client>): Promise<void> {
  return client.then(
    (made) => made.close(),
    () => undefined,
  );
}

export function createConnections(options: {
  settings: Settings;
  vault: Vault;
  ambient: Ambient;
  log: Log;
  environment: GivenConnection | undefined;
}): Connections {
  const { settings, vault, ambient, environment } = options;
  const log = options.log.of('client');
  const changed = new vscode.EventEmitter<void>();
  const clients = new Map<string, { readonly accessKey: string; readonly client: Promise<Client> }>();
  let local: GivenConnection | undefined;
  let environmentUsed = true;
  const given = () => [
    ...(local ? [{ ...local, origin: 'local' as const, used: true }] : []),
    ...(environment ? [{ ...environment, origin: 'environment' as const, used: environmentUsed }] : []),
  ];

  const signedIn = (server: string): { credentials: Credentials; by: Connection['signedInBy'] } | undefined => {
    const found = given().find((each) => each.used && each.server === server);
    if (found) return { credentials: found.credentials, by: found.origin };
    const account = vault.ofServer(server);
    return account && { credentials: account, by: 'account' };
  };
  const credentialsOf = (server: string) => signedIn(server)?.credentials;

  /** Closes clients whose account is gone or another. */
  const prune = () => {
    for (const [server, entry] of clients) {
      if (credentialsOf(server)?.accessKey === entry.accessKey) continue;
      clients.delete(server);
      void close(entry.client);
    }
    changed.fire();
  };
  const listeners = [vault.onDidChange(prune), settings.onChange(['connections', 'connection'], prune)];

  const connections: Connections = {
    onDidChange: changed.event,
    all() {
      const first = given();
      const known = settings.connections().filter((each) => first.every(({ name }) => name !== each.name));
      return [...first, ...known.map((each) => ({ ...each, origin: 'settings' as const }))].map(
        ({ name, server, origin }) => {
          const account = signedIn(server);
          return {
            name,
            server,
            origin,
            accessKey: account?.credentials.accessKey ?? null,
            signedInBy: account?.by ?? null,
          };
        },
      );
    },
    find: (name) => connections.all().find((each) => each.name === name),
    current() {
      const all = connections.all();
      return all.find((each) => each.name === settings.connection()) ?? (all.length === 1 ? all[0] : undefined);
    },
    async pick() {
      const all = connections.all();
      const current = connections.current();
      if (current) return current;
      if (all.length === 0) {
        throw new OperationError('noConnection', vscode.l10n.t('There is no Developer Center to talk to yet.'), [
          { title: vscode.l10n.t('Start Local'), command: 'otaplan.startLocalDeveloperCenter' },
          { title: vscode.l10n.t('Add Connection'), command: 'otaplan.addConnection' },
        ]);
      }
      return choose(
        vscode.l10n.t('Which Developer Center?'),
        all.map((each) => ({ label: each.name, description: each.server, value: each })),
      );
    },
    async client(connection) {
      const credentials = credentialsOf(connection.server);
      if (!credentials) {
        throw new OperationError('notSignedIn', vscode.l10n.t('You are not signed in to {0}.', connection.name), [
          { title: vscode.l10n.t('Sign In'), command: 'otaplan.signIn', args: [connection.name] },
        ]);
      }
      const existing = clients.get(connection.server);
      if (existing) return existing.client;
      const client = createNetworkClient({
        server: connection.server,
        ambient,
        credentials: async () => credentialsOf(connection.server) ?? credentials,
        onAttempt: ({ call, status, milliseconds }) =>
          log.debug(`${connection.name} ${call} ${status ?? '–'} ${Math.round(milliseconds)} ms`),
      });
      clients.set(connection.server, { accessKey: credentials.accessKey, client });
      client.catch(() => clients.delete(connection.server));
      return client;
    },
    setLocal(next) {
      local = next;
      prune();
    },
    environmentKey: (server) => (environment?.server === server ? environment.credentials.accessKey : null),
    useEnvironment(used) {
      environmentUsed = used;
      prune();
    },
    dispose() {
      for (const listener of listeners) listener.dispose();
      for (const { client } of clients.values()) void close(client);
      changed.dispose();
    },
  };
  return connections;
}
