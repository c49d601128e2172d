import type { Credentials } from '@otaplan/client';
import * as vscode from 'vscode';

/** An account that signed in: its server and what proves it. */
export interface Account extends Credentials {
  /** Names the account for VS Code; says nothing about it. */
  readonly id: string;
  /** Origin of the Developer Center. */
  readonly server: string;
}

/** The accounts in VS Code's secret storage, shared by all its windows. */
export interface Vault extends vscode.Disposable {
  readonly onDidChange: vscode.Event<void>;
  /** Resolves when the stored accounts are known. */
  readonly ready: Promise<void>;
  accounts(): readonly Account[];
  ofServer(server: string): Account | undefined;
  /** Keeps an account in the place of any other of the same server. */
  keep(account: Account): Promise<void>;
  forget(id: string): Promise<void>;
}

const key = 'otaplan.accounts';

function parse(text: string | undefined): readonly Account[] {
  if (text === undefined) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter(isAccount) : [];
  } catch {
    return [];
  }
}

function isAccount(value: unknown): value is Account {
  if (typeof value !== 'object' || value === null) return false;
  return ['id', 'server', 'accessKey', 'accessSecret'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  );
}

export function createVault(secrets: vscode.SecretStorage): Vault {
  const changed = new vscode.EventEmitter<void>();
  let accounts: readonly Account[] = [];
  const load = async () => {
    accounts = parse(await secrets.get(key));
    changed.fire();
  };
  const save = async (next: readonly Account[]) => {
    accounts = next;
    await secrets.store(key, JSON.stringify(next));
    changed.fire();
  };
  const elsewhere = secrets.onDidChange((event) => {
    if (event.key === key) void load();
  });
  const ready = load();
  return {
    onDidChange: changed.event,
    ready,
    accounts: () => accounts,
    ofServer: (server) => accounts.find((account) => account.server === server),
    async keep(account) {
      await ready;
      await save([...accounts.filter((other) => other.server !== account.server), account]);
    },
    async forget(id) {
      await ready;
      await save(accounts.filter((account) => account.id !== id));
    },
    dispose() {
      elsewhere.dispose();
      changed.dispose();
    },
  };
}
