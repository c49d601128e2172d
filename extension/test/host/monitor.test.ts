import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { answering, workspaceFile } from './help.ts';
import { children, rolledOut, rolledOutRows, rolloutMilliseconds } from './rollout.ts';

suite('upgrade monitor', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await rolledOut();
  });

  test('the tree shows the rollout at its end: one failed, the others upgraded', async () => {
    const { devices } = await rolledOut();
    assert.deepEqual([devices.total, devices.upgradeFailed], [12, 1]);
    const { groups, device } = await rolledOutRows();
    assert.deepEqual(
      groups.map((group) => group.kind === 'group' && group.status),
      ['upgradeFailed', 'upgraded'],
    );
    assert.ok(device?.kind === 'device');
    assert.equal((await children(groups[1])).length, 11);
    const components = await children(device);
    assert.deepEqual(
      components.map((each) => each.kind === 'component' && each.component.identifier),
      ['FOTA', 'STM32'],
    );
  });

  test('copies the device key', async () => {
    const { device } = await rolledOutRows();
    assert.ok(device?.kind === 'device');
    await vscode.commands.executeCommand('otaplan.copyDeviceKey', device);
    assert.equal(await vscode.env.clipboard.readText(), device.device.deviceKey);
  });

  test('exports the devices', async () => {
    const { plan } = await rolledOutRows();
    const target = workspaceFile('devices-now.csv');
    await answering({ showSaveDialog: () => target }, () =>
      vscode.commands.executeCommand('otaplan.exportDevices', plan),
    );
    const lines = readFileSync(target.fsPath, 'utf8').trim().split('\r\n');
    assert.equal(lines.length, 13);
  });
});
