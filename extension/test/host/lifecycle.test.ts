import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, until } from './help.ts';
import { inside, localCenter, planNow, planOf, rolloutMilliseconds, writePlan } from './rollout.ts';

suite('lifecycle', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await localCenter();
  });

  test('suspends, resumes and terminates, and says what that does not stop', async function () {
    this.timeout(rolloutMilliseconds);
    const name = 'Water meter second';
    const second = await writePlan('second.otaplan', name, planNow(name).replace('include pilot', 'include berlin'));
    await answering({ showWarningMessage: () => 'Deploy and Activate' }, () =>
      vscode.commands.executeCommand('otaplan.deployPlan', second),
    );
    const seen = await until('the second plan in the monitor', () => planOf(name));
    const connection = (await inside()).connections.all().find(({ origin }) => origin === 'local');
    const row = { connection: connection?.name, planId: seen.plan.id };
    for (const [command, yes, status] of [
      ['suspendPlan', 'Suspend', 'suspended'],
      ['resumePlan', 'Resume', null],
      ['terminatePlan', 'Terminate', 'forcedTermination'],
    ] as const) {
      const asked = await answering({ showWarningMessage: () => yes }, () =>
        vscode.commands.executeCommand(`otaplan.${command}`, row),
      );
      const options = asked[0]?.args[1] as vscode.MessageOptions;
      if (yes !== 'Resume') assert.match(options.detail ?? '', /Does not stop/);
      if (status) await until(status, async () => (await planOf(name))?.plan.status === status);
    }
  });
});
