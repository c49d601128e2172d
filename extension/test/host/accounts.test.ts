import assert from 'node:assert/strict';
import { systemAmbient } from '@otaplan/client';
import * as vscode from 'vscode';
import { accountCommands } from '../../src/features/accounts/accounts.ts';
import { createConnections } from '../../src/infrastructure/connections.ts';
import { createSettings } from '../../src/infrastructure/settings.ts';
import { createVault } from '../../src/infrastructure/vault.ts';
import { addConnection, type Center, removeConnection, startCenter } from './center.ts';
import { answering, messages, until } from './help.ts';
import { inside } from './rollout.ts';

/** What connections are made of, apart from those of the extension. */
async function separately() {
  const secrets = new Map<string, string>();
  const vault = createVault({
    get: async (key) => secrets.get(key),
    store: async (key, value) => void secrets.set(key, value),
    delete: async (key) => void secrets.delete(key),
    onDidChange: new vscode.EventEmitter<vscode.SecretStorageChangeEvent>().event,
  });
  await vault.ready;
  const { log } = await inside();
  return { ambient: systemAmbient, settings: createSettings(), log, vault };
}

suite('accounts', () => {
  let first: Center;
  let second: Center;
  suiteSetup(async function () {
    this.timeout(60_000);
    [first, second] = await Promise.all([startCenter(), startCenter()]);
  });
  suiteTeardown(async () => {
    for (const name of ['First', 'Second']) await removeConnection(name);
    await Promise.all([first.stop(), second.stop()]);
  });
  const connection = async (name: string) => (await inside()).connections.find(name);
  const accounts = () => vscode.authentication.getAccounts('otaplan');

  test('adding a connection signs in; the secret is in the secret storage and not in the settings', async () => {
    assert.deepEqual(await addConnection('First', first.url, first), []);
    assert.equal((await connection('First'))?.accessKey, first.accessKey);
    const settings = JSON.stringify(vscode.workspace.getConfiguration('otaplan'));
    assert.ok(settings.includes(first.url));
    assert.ok(!settings.includes(first.accessSecret), 'the secret is in the settings');
    assert.ok(!settings.includes(first.accessKey), 'the access key is in the settings');
  });

  test('it is an account of VS Code, named by its key and server; other extensions get no key', async () => {
    assert.deepEqual(
      (await accounts()).map(({ label }) => label),
      [`${first.accessKey} · ${new URL(first.url).host}`],
    );
    const [session, ...others] = await (await inside()).accounts.getSessions([first.url], {});
    assert.ok(session && others.length === 0);
    assert.ok(!JSON.stringify(session).includes(first.accessSecret));
    assert.deepEqual(await (await inside()).accounts.getSessions([second.url], {}), []);
  });

  test('a wrong secret is refused by name, and nothing is kept', async () => {
    const said = await addConnection('Second', second.url, { ...second, accessSecret: 'not-the-secret' });
    assert.match(said.join(), /refused|sign in|AccessKey/i);
    assert.equal((await connection('Second'))?.accessKey, null);
    assert.equal((await accounts()).length, 1);
  });

  test('two servers have two accounts, and switching chooses whose plans are meant', async () => {
    const answers = [second.accessKey, second.accessSecret];
    const asked = await answering({ showInputBox: () => answers.shift() }, () =>
      vscode.commands.executeCommand('otaplan.signIn', 'Second'),
    );
    assert.deepEqual(messages(asked), []);
    assert.equal((await accounts()).length, 2);
    await answering(
      { showQuickPick: (items: never) => (items as { label: string }[]).find(({ label }) => label === 'First') },
      () => vscode.commands.executeCommand('otaplan.switchConnection'),
    );
    await until('the switch', async () => (await inside()).connections.current()?.name === 'First');
  });

  test('signing out forgets the account, asks again before it is used, and leaves the other alone', async () => {
    await vscode.commands.executeCommand('otaplan.signOut', 'First');
    assert.equal((await connection('First'))?.accessKey, null);
    assert.deepEqual(
      (await accounts()).map(({ label }) => label.split(' ')[0]),
      [second.accessKey],
    );
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithDeployed'));
    assert.match(messages(asked)[0] ?? '', /not signed in to First/);
    assert.ok(asked[0]?.args.includes('Sign In'), 'offers to sign in');
  });

  test('an account that VS Code takes back is signed out here', async () => {
    const provider = (await inside()).accounts;
    const [session] = await provider.getSessions([second.url], {});
    assert.ok(session);
    const told = new Promise<readonly vscode.AuthenticationSession[] | undefined>((resolve) =>
      provider.onDidChangeSessions(({ removed }) => resolve(removed)),
    );
    await provider.removeSession(session.id);
    assert.deepEqual(
      (await told)?.map(({ id }) => id),
      [session.id],
    );
    await until('no account', async () => (await accounts()).length === 0);
    assert.equal((await inside()).lives.all().length, 0);
  });

  test('the environment’s account is signed out of for this window, said so, and can be had back', async () => {
    const { ambient, settings, log, vault } = await separately();
    const { accessKey, accessSecret, url } = first;
    const credentials = { accessKey, accessSecret };
    const environment = { name: 'Given', server: url, credentials };
    const connections = createConnections({ settings, vault, ambient, log, environment });
    const commands = accountCommands({ settings, ambient }, vault, connections);
    const given = () => connections.find('Given');
    assert.deepEqual([given()?.accessKey, given()?.signedInBy], [accessKey, 'environment']);

    const asked = await answering({}, () => commands.signOut('Given'));
    assert.match(messages(asked)[0] ?? '', /signed out of Given in this window.*OTAPLAN_ACCESS_KEY/);
    assert.deepEqual([given()?.accessKey, given()?.signedInBy], [null, null]);
    await assert.rejects(connections.client(given() as never), /not signed in to Given/);

    const withAnother = {
      showQuickPick: (items: never) => (items as { value: boolean }[]).find((item) => !item.value),
    };
    const answers = [second.accessKey, 'not-the-secret'];
    await assert.rejects(
      answering({ ...withAnother, showInputBox: () => answers.shift() }, () => commands.signIn('Given')),
    );
    assert.equal(given()?.accessKey, null);

    const withSame = { showQuickPick: (items: never) => (items as { value: boolean }[]).find((item) => item.value) };
    await answering(withSame, () => commands.signIn('Given'));
    assert.deepEqual([given()?.accessKey, given()?.signedInBy], [accessKey, 'environment']);
    await assert.rejects(commands.removeConnection('Given'), /OTAPLAN_SERVER/);
    connections.dispose();
  });

  test('an address with a user name in it is not taken', async () => {
    let refused: unknown;
    await answering(
      {
        showInputBox: (options: never) => {
          refused = (options as vscode.InputBoxOptions).validateInput?.('https://key:secret@ota.example.com');
          return undefined;
        },
      },
      () => vscode.commands.executeCommand('otaplan.addConnection'),
    );
    assert.match(String(refused), /no user name/);
  });
});
