import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { componentStatuses, deviceStatuses, planStatuses } from '@otaplan/model';
import * as vscode from 'vscode';
import { componentWords, deviceWords, planWords } from '../../src/infrastructure/status-words.ts';
import { answering, messages, until, workspaceFile } from './help.ts';
import { children, inside, rolledOut, rolledOutRows, rolloutMilliseconds } from './rollout.ts';

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

  test('code lens and tree say the same at every moment', async () => {
    const { lives, tree } = await inside();
    const { plan } = await rolledOutRows();
    const now = await rolledOut();
    const live = lives.all().find(({ store }) => store.plan(now.plan.id));
    assert.ok(live, 'the plan is followed');
    const said = async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        workspaceFile('now.otaplan'),
      );
      return lenses.map(({ command }) => command?.title).join(' | ');
    };
    // As events come in while devices end: no state is too short to be told.
    for (const upgraded of [3, 5, 11]) {
      const state = { ...now, devices: { ...now.devices, upgraded, upgrading: 11 - upgraded } };
      await until(`a moment in which no event overtakes ${upgraded}`, async () => {
        live.store.put(state);
        const lens = said();
        const item = await tree.provider.getTreeItem(plan);
        assert.match(String(item.description), new RegExp(`${upgraded}/12`));
        const title = await lens;
        if (live.store.plan(now.plan.id) !== state) return false;
        assert.match(title, new RegExp(`${upgraded} of 12 upgraded · 1 failed`));
        return true;
      });
    }
    live.store.put(now);
  });

  test('filters the devices by failure cause, and back', async () => {
    const { plan, groups } = await rolledOutRows();
    assert.ok(plan?.kind === 'plan');
    const pick = (label: RegExp) => ({
      showQuickPick: (items: never) =>
        (items as (vscode.QuickPickItem & { value: unknown })[]).find((item) => label.test(item.label)),
    });
    const statuses = async () => (await children(plan)).map((row) => (row.kind === 'group' ? row.status : row.kind));
    const asked = await answering(pick(/did not start/), () =>
      vscode.commands.executeCommand('otaplan.filterMonitor', groups[0]),
    );
    assert.deepEqual(messages(asked), []);
    assert.deepEqual(await statuses(), ['upgradeFailed']);
    const rows = await children((await children(plan))[0]);
    assert.deepEqual(
      rows.map((row) => row.kind === 'device' && row.device.status),
      ['upgradeFailed'],
    );
    await answering(pick(/All causes/), () => vscode.commands.executeCommand('otaplan.filterMonitor', plan));
    assert.deepEqual(await statuses(), ['upgradeFailed', 'upgraded']);
  });

  test('statuses have the words of Developer Center', () => {
    const labels = (table: Readonly<Record<string, { readonly label: string }>>) =>
      Object.entries(table).map(([name, { label }]) => [name, label]);
    for (const [name = '', label] of labels(planStatuses)) assert.equal(planWords(name), label);
    for (const [name = '', label] of labels(deviceStatuses)) assert.equal(deviceWords(name), label);
    for (const [name = '', label] of labels(componentStatuses)) assert.equal(componentWords(name), label);
    assert.equal(planWords('paused-by-moon'), 'paused-by-moon');
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
