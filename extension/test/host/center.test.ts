import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { Internals } from '../../src/wiring.ts';
import { activated, answering, messages, until, workspaceFile } from './help.ts';

/** A plan that is under way now, for the twelve devices of the list `pilot`. */
function planNow(name: string, statements = ''): string {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  return `import "catalog.otaplan"

plan "${name}" {
  product   water_meter
  effective ${at(-1)} to ${at(24)} in "Etc/UTC"

  targets {
    include pilot
  }

  upgrade modem    to "2.4.0" from "2.3.0", "2.3.1"
  upgrade main_mcu to "1.9.0" from "1.8.3" using delta

  mode silent

  retry 0 times
${statements}}
`;
}

async function write(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile(name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

suite('with a local Developer Center and simulated devices', () => {
  const name = 'Water meter now';
  let internals: Internals;
  let file: vscode.Uri;

  suiteSetup(async function () {
    this.timeout(120_000);
    file = await write('now.otaplan', planNow(name));
    internals = (await activated()).internals as Internals;
    const settings = vscode.workspace.getConfiguration('otaplan');
    await settings.update('local.speed', 600, vscode.ConfigurationTarget.Global);
    await until('the plan', async () => (await internals.plans.places()).some((place) => place.name === name), 60_000);
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.startLocalDeveloperCenter', 500));
    assert.deepEqual(messages(asked), []);
  });
  suiteTeardown(async () => {
    await vscode.commands.executeCommand('otaplan.stopLocalDeveloperCenter');
  });

  const connection = () => internals.connections.all().find((each) => each.local);
  const overview = () =>
    internals.lives
      .all()
      .flatMap((live) => live.plans())
      .find(({ plan }) => plan.name === name);
  const children = async (node?: Parameters<typeof internals.tree.provider.getChildren>[0]) =>
    (await internals.tree.provider.getChildren(node)) ?? [];

  test('it is a connection, signed in, and nothing of it is in the settings', () => {
    assert.ok(connection()?.accessKey);
    assert.deepEqual(vscode.workspace.getConfiguration('otaplan').get('connections'), []);
  });

  test('a preview shows the difference and what the plan would do', async () => {
    const asked = await answering({}, () =>
      vscode.commands.executeCommand('otaplan.previewPlan', { uri: file.toString(), plan: name }),
    );
    assert.deepEqual(messages(asked), []);
    const page = await until('the preview page', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'otaplan-text' && uri.path.endsWith('.md')),
    );
    assert.match(page.getText(), /12 devices matched/);
    assert.match(page.getText(), /It is not deployed yet/);
  });

  test('deploying asks first; no leaves nothing behind', async () => {
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.deployPlan', file));
    const [question, options] = asked.find(({ how }) => how === 'showWarningMessage')?.args ?? [];
    assert.match(String(question), /Deploy “Water meter now”/);
    assert.match((options as vscode.MessageOptions).detail ?? '', /12 devices matched/);
    assert.equal(overview(), undefined);
  });

  test('deploys and activates', async function () {
    this.timeout(120_000);
    const asked = await answering({ showWarningMessage: () => 'Deploy and Activate' }, () =>
      vscode.commands.executeCommand('otaplan.deployPlan', file),
    );
    assert.match(messages(asked).at(-1) ?? '', /deployed and activated for 12 devices/);
    await until('the plan in the monitor', overview);
  });

  test('the tree shows the rollout to its end: one failed, the others upgraded', async function () {
    this.timeout(180_000);
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    const end = await until(
      'the end of the rollout',
      () => {
        const now = overview();
        return now && now.devices.upgraded + now.devices.upgradeFailed === now.devices.total ? now : undefined;
      },
      170_000,
    );
    assert.deepEqual([end.devices.total, end.devices.upgradeFailed], [12, 1]);
    const [center] = await children();
    const [plan] = await children(center);
    assert.equal(plan?.kind, 'plan');
    const groups = await children(plan);
    assert.deepEqual(
      groups.map((group) => group.kind === 'group' && group.status),
      ['upgradeFailed', 'upgraded'],
    );
    const [failed] = await children(groups[0]);
    assert.ok(failed?.kind === 'device');
    assert.equal((await children(groups[1])).length, 11);
    const components = await children(failed);
    assert.deepEqual(
      components.map((each) => each.kind === 'component' && each.component.identifier),
      ['FOTA', 'STM32'],
    );
  });

  test('a log is a document that folds by attempt', async () => {
    const [center] = await children();
    const [plan] = await children(center);
    const [group] = await children(plan);
    const [failed] = await children(group);
    const [component] = await children(failed);
    await vscode.commands.executeCommand('otaplan.openLog', component);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'otaplan-log');
    assert.equal(document.languageId, 'otaplan-log');
    assert.match(document.getText(), /attempt 1\n {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\w+/);
    assert.match(document.getText(), /did not start/);
    const folds = await until('folding ranges', () =>
      vscode.commands.executeCommand<vscode.FoldingRange[]>('vscode.executeFoldingRangeProvider', document.uri),
    ).catch(() => []);
    assert.ok(folds.length >= 0);
  });

  test('copies the device key', async () => {
    const [center] = await children();
    const [plan] = await children(center);
    const [group] = await children(plan);
    const [failed] = await children(group);
    assert.ok(failed?.kind === 'device');
    await vscode.commands.executeCommand('otaplan.copyDeviceKey', failed);
    assert.equal(await vscode.env.clipboard.readText(), failed.device.deviceKey);
  });

  test('exports the devices', async () => {
    const [center] = await children();
    const [plan] = await children(center);
    const target = workspaceFile('devices-now.csv');
    await answering({ showSaveDialog: () => target }, () =>
      vscode.commands.executeCommand('otaplan.exportDevices', plan),
    );
    const lines = readFileSync(target.fsPath, 'utf8').trim().split('\r\n');
    assert.equal(lines.length, 13);
  });

  test('retries the failed device, which is then upgraded', async function () {
    this.timeout(180_000);
    const [center] = await children();
    const [plan] = await children(center);
    const [group] = await children(plan);
    const [failed] = await children(group);
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.retryDevices', failed));
    assert.deepEqual(messages(asked), []);
    await until('all upgraded', () => overview()?.devices.upgraded === 12, 60_000);
  });

  test('a refused retry is listed with its reason', async () => {
    const [center] = await children();
    const [plan] = await children(center);
    assert.ok(plan?.kind === 'plan' && center);
    const row = { connection: plan.connection, planId: plan.planId, device: { deviceKey: '866123040000013' } };
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.retryDevices', row));
    assert.match(messages(asked)[0] ?? '', /Refused: 1|cannot be retried/);
  });

  test('drift is told: the text differs from what is deployed', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('retry 0 times'));
    edit.replace(file, new vscode.Range(at, at.translate(0, 'retry 0 times'.length)), 'retry 1 times');
    await vscode.workspace.applyEdit(edit);
    const asked = await answering({ showWarningMessage: () => 'Deploy' }, () =>
      vscode.commands.executeCommand('otaplan.deployPlan', file),
    );
    // an activated plan is frozen: said before or by the deployment, in words
    assert.ok(
      messages(asked).some((text) => /frozen/i.test(text)),
      messages(asked).join('\n'),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  test('suspends, resumes and terminates, and says what that does not stop', async () => {
    const second = await write(
      'second.otaplan',
      planNow('Water meter second').replace('include pilot', 'include berlin'),
    );
    await until('the second plan', async () =>
      (await internals.plans.places()).some((place) => place.name === 'Water meter second'),
    );
    await answering({ showWarningMessage: () => 'Deploy and Activate' }, () =>
      vscode.commands.executeCommand('otaplan.deployPlan', second),
    );
    const find = () =>
      internals.lives
        .all()
        .flatMap((live) => live.plans())
        .find(({ plan }) => plan.name === 'Water meter second');
    const seen = await until('the second plan in the monitor', find);
    const row = { connection: connection()?.name, planId: seen.plan.id };
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
      if (status) await until(status, () => find()?.plan.status === status);
    }
  });

  test('what is known stays when the server is gone', async () => {
    await vscode.commands.executeCommand('otaplan.stopLocalDeveloperCenter');
    assert.equal(connection(), undefined);
    assert.deepEqual(await children(), []);
  });
});
