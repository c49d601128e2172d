import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, messages, until } from './help.ts';
import { planName, planOf, rolledOut, rolledOutRows, rolloutMilliseconds } from './rollout.ts';

suite('retry', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await rolledOut();
  });

  test('retries the failed device, which is then upgraded', async function () {
    this.timeout(rolloutMilliseconds);
    const { device } = await rolledOutRows();
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.retryDevices', device));
    assert.deepEqual(messages(asked), []);
    await until('all upgraded', async () => (await planOf(planName))?.devices.upgraded === 12, 60_000);
  });

  test('a refused retry is listed with its reason', async () => {
    const { plan } = await rolledOutRows();
    const row = { connection: plan.connection, planId: plan.planId, device: { deviceKey: '866123040000013' } };
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.retryDevices', row));
    assert.match(messages(asked)[0] ?? '', /Refused: 1|cannot be retried/);
  });
});
