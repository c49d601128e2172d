import * as vscode from 'vscode';
import { ask } from '../../infrastructure/choices.ts';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { Dismissed } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import { createNetworkClient } from '../../infrastructure/network.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import type { Account, Vault } from '../../infrastructure/vault.ts';

/** Asks for access key and secret, proves them at the server, and keeps them in the secret storage. */
export async function signIn(host: Pick<Host, 'ambient'>, vault: Vault, connection: Connection): Promise<Account> {
  requireTrust();
  const accessKey = await ask({
    title: vscode.l10n.t('Sign in to {0} ({1})', connection.name, connection.server),
    prompt: vscode.l10n.t('Access key'),
    ...(connection.accessKey === null ? {} : { value: connection.accessKey }),
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('The access key is missing.') : undefined),
  });
  const accessSecret = await ask({
    title: vscode.l10n.t('Sign in to {0} ({1})', connection.name, connection.server),
    prompt: vscode.l10n.t(
      'Access secret. It is kept in the secret storage and sent to nobody: the server gets a digest.',
    ),
    password: true,
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('The access secret is missing.') : undefined),
  });
  const account: Account = {
    id: host.ambient.uniqueId(),
    server: connection.server,
    accessKey: accessKey.trim(),
    accessSecret: accessSecret.trim(),
  };
  const trial = await createNetworkClient({
    server: account.server,
    ambient: host.ambient,
    credentials: async () => account,
  });
  try {
    await withProgress(host.ambient, vscode.l10n.t('Signing in to {0}', connection.name), (_, signal) =>
      trial.serverInfo({ signal }),
    );
  } finally {
    await trial.close();
  }
  await vault.keep(account);
  return account;
}

/**
 * Accounts of Developer Center in VS Code's Accounts menu. The token of a session is the account's id: access keys are not handed
 * to other extensions, which go through this extension's API instead.
 */
export function registerProvider(host: Host, vault: Vault, connections: Connections) {
  const changed = new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  const session = (account: Account): vscode.AuthenticationSession => ({
    id: account.id,
    accessToken: account.id,
    account: { id: account.id, label: `${account.accessKey} · ${new URL(account.server).host}` },
    scopes: [account.server],
  });
  const wanted = (scopes: readonly string[] | undefined) => (account: Account) =>
    !scopes || scopes.length === 0 || scopes.includes(account.server);
  const provider: vscode.AuthenticationProvider = {
    onDidChangeSessions: changed.event,
    async getSessions(scopes) {
      await vault.ready;
      return vault.accounts().filter(wanted(scopes)).map(session);
    },
    async createSession(scopes) {
      const connection = connections.all().find((each) => scopes.includes(each.server)) ?? (await connections.pick());
      return session(await signIn(host, vault, connection));
    },
    async removeSession(id) {
      await vault.forget(id);
    },
  };
  let before = vault.accounts();
  const listener = vault.onDidChange(() => {
    const after = vault.accounts();
    const added = after.filter((account) => !before.some((each) => each.id === account.id)).map(session);
    const removed = before.filter((account) => !after.some((each) => each.id === account.id)).map(session);
    before = after;
    if (added.length + removed.length > 0) changed.fire({ added, removed, changed: [] });
  });
  const disposable = vscode.Disposable.from(
    listener,
    changed,
    vscode.authentication.registerAuthenticationProvider('otaplan', 'Developer Center', provider, {
      supportsMultipleAccounts: true,
    }),
  );
  return { provider, disposable };
}

/** For a question whose answer may be a name in the arguments of a command. */
export function connectionOf(connections: Connections, argument: unknown): Connection | undefined {
  if (typeof argument === 'string') return connections.find(argument);
  if (typeof argument === 'object' && argument !== null && 'connection' in argument) {
    return connections.find(String(argument.connection));
  }
  if (argument === undefined) return undefined;
  throw new Dismissed();
}
