import * as vscode from 'vscode';
import { ask, choose, confirm } from '../../infrastructure/choices.ts';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { Dismissed, OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import { serverOrigin } from '../../infrastructure/server-origin.ts';
import type { Vault } from '../../infrastructure/vault.ts';
import { connectionOf, registerProvider, signIn } from './provider.ts';

/** Connections and accounts: add, remove, sign in, sign out, switch; and the Accounts menu. */
export function accounts(host: Host, vault: Vault, connections: Connections) {
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

  const commands: Commands = {
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
      const connection = await oneOf(argument, (each) => !each.given, vscode.l10n.t('Remove which connection?'));
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
      await signIn(host, vault, connection);
    },
    async signOut(argument?: unknown) {
      await vault.ready;
      const connection = await oneOf(
        argument,
        (each) => each.accessKey !== null && !each.given,
        vscode.l10n.t('Sign out of which Developer Center?'),
      );
      const account = vault.ofServer(connection.server);
      if (!account) throw new Dismissed();
      await vault.forget(account.id);
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
  };
  return { commands, ...registerProvider(host, vault, connections) };
}
