import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { children, inside, localCenter, rolloutMilliseconds } from './rollout.ts';

/** Runs last: it ends the local Developer Center that the other suites work with. */
suite('local Developer Center', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await localCenter();
  });
  const connection = async () => (await inside()).connections.all().find((each) => each.local);

  test('it is a connection, signed in, and nothing of it is in the settings', async () => {
    assert.ok((await connection())?.accessKey);
    assert.deepEqual(vscode.workspace.getConfiguration('otaplan').get('connections'), []);
  });

  test('stopped, it is gone from the connections and from the tree', async () => {
    await vscode.commands.executeCommand('otaplan.stopLocalDeveloperCenter');
    assert.equal(await connection(), undefined);
    assert.deepEqual(await children(), []);
  });
});
