import assert from 'node:assert/strict';
import { createClient, systemAmbient } from '@otaplan/client';
import * as vscode from 'vscode';
import { addConnection, type Center, type Fate, type Line, lineTo, removeConnection, startCenter } from './center.ts';
import { answering, messages, until } from './help.ts';
import { erasePlan, inside, planNow, writePlan } from './rollout.ts';

/** Deployments that meet with an accident, over a line to a real Developer Center that the test disturbs. */
suite('deploy with faults', () => {
  const name = 'Through bad weather';
  let center: Center;
  let line: Line;
  let file: vscode.Uri;
  const other = () => createClient({ server: center.url, ambient: systemAmbient, credentials: async () => center });
  /** Plans of the name, as somebody else sees them who is not on the line. */
  async function plansThere() {
    const client = other();
    const found = [];
    for await (const { plan } of client.plans.list()) if (plan.name === name) found.push(plan);
    await client.close();
    return found;
  }
  const deploy = (answer: () => unknown) =>
    answering({ showWarningMessage: answer }, () => vscode.commands.executeCommand('otaplan.deployPlan', file));

  suiteSetup(async function () {
    this.timeout(120_000);
    center = await startCenter();
    line = await lineTo(center.port);
    file = await writePlan('weather.otaplan', name, planNow(name));
    const client = other();
    await client.registerProducts([{ productKey: 'p1WM01', name: 'Water meter NB' }]);
    await client.registerDevices('p1WM01', [{ deviceKey: '866123040000013' }]);
    await client.close();
    assert.deepEqual(await addConnection('Weather', line.url, center), []);
    await until('the connection', async () => (await inside()).connections.current()?.name === 'Weather');
  });
  suiteTeardown(async () => {
    await removeConnection('Weather');
    line.close();
    await center.stop();
    await vscode.workspace.fs.delete(file);
  });
  setup(() => line.disturb(() => 'pass'));

  test('cancel reaches the server: the upload under way is given up, and there is no plan', async function () {
    this.timeout(60_000);
    line.disturb((request) => (request.startsWith('PUT ') ? 'hold' : 'pass'));
    const cancel = new vscode.CancellationTokenSource();
    const window = vscode.window as unknown as Record<string, unknown>;
    const { withProgress } = window;
    // in the place of the button of the notification, which comes after a second of work
    window['withProgress'] = (_: unknown, task: (progress: object, token: vscode.CancellationToken) => unknown) =>
      task({ report: () => undefined }, cancel.token);
    try {
      const deploying = deploy(() => 'Deploy');
      await until('the upload', () => line.seen.some((request) => request.startsWith('PUT ')));
      cancel.cancel();
      assert.deepEqual(messages(await deploying).slice(1), []);
    } finally {
      window['withProgress'] = withProgress;
    }
    await until('the upload is given up', () => line.givenUp.length > 0);
    assert.deepEqual(await plansThere(), []);
  });

  test('the reply to the creation is lost: one plan, and it says done', async function () {
    this.timeout(60_000);
    let lost = 0;
    line.disturb((request) => (request === 'POST /ota/v1/plans' && lost++ === 0 ? 'loseReply' : 'pass'));
    const said = messages(await deploy(() => 'Deploy'));
    assert.match(said.at(-1) ?? '', /is deployed/);
    assert.equal(lost, 2);
    assert.equal((await plansThere()).length, 1);
  });

  test('the document changed while the question stood: nothing is sent, and a preview is offered', async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const typed = async (from: string, to: string) => {
      const edit = new vscode.WorkspaceEdit();
      const at = document.positionAt(document.getText().indexOf(from));
      edit.replace(file, new vscode.Range(at, at.translate(0, from.length)), to);
      await vscode.workspace.applyEdit(edit);
    };
    await typed('retry 0', 'retry 1');
    const [before] = await plansThere();
    const asked = await deploy(async () => {
      await typed('retry 1', 'retry 2');
      return 'Deploy';
    });
    assert.match(messages(asked).at(-1) ?? '', /changed since it was previewed/);
    assert.ok(asked.at(-1)?.args.includes('Preview Again'));
    assert.deepEqual(await plansThere(), [before]);
  });

  test('the plan changed at the server while the question stood: refused as stale, and a preview is offered', async () => {
    const asked = await deploy(async () => {
      const client = other();
      const [plan] = await plansThere();
      assert.ok(plan);
      const { document } = await client.plans.get(plan.id);
      const { plan: changed } = await (await inside()).plans.compile(file).then(({ plans: [only] }) => {
        assert.ok(only);
        return only;
      });
      assert.notEqual(document.digest, changed.digest);
      await client.plans.update(plan.id, plan.revision, changed);
      // and back again: the same text, another revision
      const [now] = await plansThere();
      await client.plans.update(plan.id, now?.revision ?? 0, document);
      await client.close();
      return 'Deploy';
    });
    assert.match(messages(asked).at(-1) ?? '', /changed|stale|meanwhile/i);
    assert.ok(asked.at(-1)?.args.includes('Preview Again'), JSON.stringify(asked.at(-1)?.args));
  });

  test('the server dies before it activates: told as it is, and deploying again finishes', async function () {
    this.timeout(120_000);
    line.disturb(async (request): Promise<Fate> => {
      if (request.endsWith('/activate')) await center.crash();
      return 'pass';
    });
    const said = messages(await deploy(() => 'Deploy and Activate'));
    assert.match(said.at(-1) ?? '', /not known/i);
    assert.ok(!said.some((text) => /deployed and activated/.test(text)), said.join('\n'));
    line.disturb(() => 'pass');
    await center.again();
    const again = messages(await deploy(() => 'Deploy and Activate'));
    assert.match(again.at(-1) ?? '', /deployed and activated/);
    const there = await plansThere();
    assert.deepEqual(
      there.map(({ status }) => status),
      ['toBeUpgraded'],
    );
  });

  test('all changed plans go in one question; then there is nothing left', async function () {
    this.timeout(120_000);
    const fresh = await writePlan(
      'fresh.otaplan',
      'Fresh',
      planNow('Fresh').replace('include pilot', 'include berlin'),
    );
    const asked = await answering({ showWarningMessage: (_: never, __: never, yes: never) => yes }, () =>
      vscode.commands.executeCommand('otaplan.deployChangedPlans'),
    );
    const [question, options] = asked[0]?.args ?? [];
    assert.match(String(question), /Deploy \d plans to Weather\?/);
    assert.match((options as vscode.MessageOptions).detail ?? '', /Fresh/);
    assert.match(
      messages(asked).slice(1).join('\n'),
      /^Plans deployed to Weather: \d+\. Activate them when they should start\.$/,
    );
    const rest = await answering({}, () => vscode.commands.executeCommand('otaplan.deployChangedPlans'));
    assert.match(messages(rest)[0] ?? '', /Every plan of the workspace is deployed/);
    await erasePlan(fresh, 'Fresh');
  });

  test('what is deployed is compared in the words of the command, and drift is told', async () => {
    const same = await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithDeployed', file));
    assert.match(messages(same)[0] ?? '', /nothing changes in meaning/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    assert.deepEqual(
      messages(await answering({}, () => vscode.commands.executeCommand('otaplan.compareWithDeployed'))),
      [],
    );
    await until('the plan that no file declares any more', () =>
      vscode.workspace.textDocuments.some(
        ({ uri, getText }) => uri.path.endsWith('.md') && /Fresh.*unmanaged/s.test(getText()),
      ),
    );
  });
});
