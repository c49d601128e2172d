import * as vscode from 'vscode';
import { ask, choose, confirm } from '../../infrastructure/choices.ts';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import { serverOrigin } from '../../infrastructure/server-origin.ts';
import type { Vault } from '../../infrastructure/vault.ts';
import { connectionOf, registerProvider, signIn } from './provider.ts';

/** Connections and accounts: add, remove, sign in, sign out, switch; and the Accounts menu. */
export function accounts(host: Host, vault: Vault, connections: Connections) {
  return { commands: accountCommands(host, vault, connections), ...registerProvider(host, vault, connections) };
}

export function accountCommands(host: Pick<Host, 'settings' | 'ambient'>, vault: Vault, connections: Connections) {
  const { settings } = host;

  async function oneOf(argument: unknown, among: (each: Connection) => boolean, question: string): Promise<Connection> {
    const named = connectionOf(connections, argument);
    if (named) return named;
    const candidates = connections.all().filter(among);
    const [only] = candidates;
    if (only && candidates.length === 1) return only;
    if (candidates.length === 0) {
      throw new OperationError('nothingToDo', vscode.l10n.t('There is no connection for this.'), [
        { title: vscode.l10n.t('Add Connection'), command: 'otaplan.addConnection' },
      ]);
    }
    return choose(
      question,
      candidates.map((each) => ({ label: each.name, description: each.server, value: each })),
    );
  }

  /** What is not of the settings is not taken out of them: a person is told what to do instead. */
  function requireOfSettings({ name, origin }: Connection): void {
    if (origin === 'settings') return;
    if (origin === 'local') throw endsWithLocal();
    throw new OperationError(
      'notOfSettings',
      vscode.l10n.t('The environment names {0} (OTAPLAN_SERVER): it is gone when VS Code starts without it.', name),
    );
  }
  const endsWithLocal = () =>
    new OperationError(
      'notOfSettings',
      vscode.l10n.t('The local Developer Center is there, signed in, for as long as it runs.'),
      [{ title: vscode.l10n.t('Stop It'), command: 'otaplan.stopLocalDeveloperCenter' }],
    );

  async function signOut(connection: Connection): Promise<void> {
    switch (connection.signedInBy) {
      case 'account': {
        const account = vault.ofServer(connection.server);
        if (account) await vault.forget(account.id);
        return;
      }
      case 'environment': {
        connections.useEnvironment(false);
        const again = vscode.l10n.t('Sign In');
        const words = vscode.l10n.t(
          'You are signed out of {0} in this window. The environment gave its access key (OTAPLAN_ACCESS_KEY) and will when a window opens again.',
          connection.name,
        );
        // Not awaited: it is done.
        void vscode.window.showInformationMessage(words, again).then((chosen) => {
          if (chosen === again) void vscode.commands.executeCommand('otaplan.signIn', connection.name);
        });
        return;
      }
      case 'local':
        throw endsWithLocal();
      case null:
        throw new OperationError('nothingToDo', vscode.l10n.t('You are not signed in to {0}.', connection.name));
    }
  }

  /** Whether a person who signed out of the environment's account wants that one again, and no other. */
  async function environmentWanted(connection: Connection): Promise<boolean> {
    const accessKey = connections.environmentKey(connection.server);
    if (accessKey === null || connection.accessKey !== null) return false;
    return choose(vscode.l10n.t('Sign in to {0} ({1})', connection.name, connection.server), [
      { label: vscode.l10n.t('With the environment’s access key'), description: accessKey, value: true },
      { label: vscode.l10n.t('With another access key…'), value: false },
    ]);
  }

  const commands = {
    async addConnection() {
      requireTrust();
      const address = await ask({
        title: vscode.l10n.t('Add a Developer Center'),
        prompt: vscode.l10n.t('Address of Developer Center'),
        placeHolder: 'https://ota.example.com',
        validateInput: (text) =>
          serverOrigin(text) === null
            ? vscode.l10n.t('An address begins with https:// or http:// and holds no user name.')
            : undefined,
      });
      const server = serverOrigin(address) ?? address;
      const name = await ask({
        title: vscode.l10n.t('Add a Developer Center'),
        prompt: vscode.l10n.t('Name of the connection'),
        value: new URL(server).hostname,
        validateInput: (text) =>
          text.trim() === '' || connections.find(text.trim())
            ? vscode.l10n.t('A name is needed that no other connection has.')
            : undefined,
      });
      await settings.saveConnections([...settings.connections(), { name: name.trim(), server }]);
      await settings.saveConnection(name.trim());
      const added = connections.find(name.trim());
      if (added && added.accessKey === null) await signIn(host, vault, added);
    },
    async removeConnection(argument?: unknown) {
      const connection = await oneOf(
        argument,
        ({ origin }) => origin === 'settings',
        vscode.l10n.t('Remove which connection?'),
      );
      requireOfSettings(connection);
      await confirm(
        vscode.l10n.t('Remove the connection {0}?', connection.name),
        vscode.l10n.t('It is taken out of the settings and signed out. Nothing changes at {0}.', connection.server),
        vscode.l10n.t('Remove'),
      );
      await settings.saveConnections(settings.connections().filter((each) => each.name !== connection.name));
      const account = vault.ofServer(connection.server);
      if (account) await vault.forget(account.id);
    },
    async signIn(argument?: unknown) {
      requireTrust();
      await vault.ready;
      const connection = await oneOf(
        argument,
        (each) => each.accessKey === null,
        vscode.l10n.t('Sign in to which Developer Center?'),
      );
      if (await environmentWanted(connection)) connections.useEnvironment(true);
      else await signIn(host, vault, connection);
    },
    async signOut(argument?: unknown) {
      await vault.ready;
      const connection = await oneOf(
        argument,
        ({ signedInBy }) => signedInBy === 'account' || signedInBy === 'environment',
        vscode.l10n.t('Sign out of which Developer Center?'),
      );
      await signOut(connection);
    },
    async switchConnection() {
      const all = connections.all();
      const current = connections.current();
      const add = vscode.l10n.t('Add Connection…');
      const chosen = await choose<Connection | undefined>(vscode.l10n.t('Which Developer Center should be used?'), [
        ...all.map((each) => ({
          label: each.name,
          description: each.server,
          ...(each.name === current?.name ? { detail: vscode.l10n.t('in use') } : {}),
          value: each,
        })),
        { label: add, iconPath: new vscode.ThemeIcon('add'), value: undefined },
      ]);
      if (!chosen) {
        await vscode.commands.executeCommand('otaplan.addConnection');
        return;
      }
      await settings.saveConnection(chosen.name);
    },
  } satisfies Commands;
  return commands;
}
