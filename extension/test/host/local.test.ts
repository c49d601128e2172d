import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { answering, messages, until } from './help.ts';
import { children, deployed, inside, localCenter, planName, planOf, rolloutMilliseconds } from './rollout.ts';

/** The child of this process that runs `otaplan server`. */
function serverProcess(): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const parent = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
      return (
        parent === String(process.pid) && /otaplan\.mjs\0server\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
      );
    } catch {
      return false;
    }
  });
  assert.ok(found, 'no server runs');
  return Number(found);
}

/** Runs last: it ends the local Developer Center that the other suites work with. */
suite('local Developer Center', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await localCenter();
    await deployed();
  });
  const connection = async () => (await inside()).connections.all().find(({ origin }) => origin === 'local');

  test('it is a connection, signed in, and nothing of it is in the settings', async () => {
    assert.ok((await connection())?.accessKey);
    assert.deepEqual(vscode.workspace.getConfiguration('otaplan').get('connections'), []);
  });

  test('ended from outside, that is said with a way to start it again, and it goes on with what it had', async function () {
    // The process is found by what Linux tells of processes.
    if (process.platform !== 'linux') this.skip();
    this.timeout(120_000);
    const before = (await connection())?.server;
    let told = false;
    const showErrorMessage = () => {
      told = true;
    };
    const asked = await answering({ showErrorMessage }, async () => {
      process.kill(serverProcess(), 'SIGKILL');
      await until('it is told', () => told);
      assert.equal(await connection(), undefined);
    });
    assert.match(messages(asked)[0] ?? '', /stopped unexpectedly/);
    assert.ok(asked[0]?.args.includes('Start Again'));
    assert.deepEqual(
      messages(await answering({}, () => vscode.commands.executeCommand('otaplan.startLocalDeveloperCenter', 0))),
      [],
    );
    assert.notEqual((await connection())?.server, before);
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    await until('the plan of before', () => planOf(planName));
  });

  test('stopped, it is gone from the connections and from the tree', async () => {
    await vscode.commands.executeCommand('otaplan.stopLocalDeveloperCenter');
    assert.equal(await connection(), undefined);
    assert.deepEqual(await children(), []);
  });
});
