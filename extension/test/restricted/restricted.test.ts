import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { lineTo } from '../host/center.ts';
import { activated, answering, messages, until, workspaceFile } from '../host/help.ts';
import { inside } from '../host/rollout.ts';

/** VS Code with a folder that nobody trusted. */
suite('restricted mode', () => {
  test('the folder is not trusted', () => {
    assert.equal(vscode.workspace.isTrusted, false);
  });

  test('the language works: a mistake is underlined, a plan compiles', async () => {
    const { compile } = await activated();
    const document = await vscode.workspace.openTextDocument(workspaceFile('spring.otaplan'));
    await vscode.window.showTextDocument(document);
    assert.equal((await compile(document.uri)).plans.length, 1);
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('pilot, berlin'));
    edit.replace(document.uri, new vscode.Range(at, at.translate(0, 5)), 'pilto');
    await vscode.workspace.applyEdit(edit);
    await until('the finding', () =>
      vscode.languages.getDiagnostics(document.uri).find(({ message }) => message.includes('pilto')),
    );
  });

  test('nothing goes over the network: not for a view, not for a command, not for an account', async function () {
    this.timeout(120_000);
    const line = await lineTo(9);
    const settings = vscode.workspace.getConfiguration('otaplan');
    await settings.update('connections', [{ name: 'Near', server: line.url }], vscode.ConfigurationTarget.Global);
    const { connections, lives } = await inside();
    const connection = await until('the connection', () => connections.find('Near'));
    // as if it had been started before the folder was opened
    connections.setLocal({
      name: 'Given',
      server: line.url,
      credentials: { accessKey: 'AK', accessSecret: 'not a secret' },
    });
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    const refused: string[] = [];
    const { packageJSON } = vscode.extensions.getExtension('otaplan.otaplan-vscode') as vscode.Extension<unknown>;
    for (const { command, enablement } of packageJSON.contributes.commands) {
      if (!enablement?.includes('isWorkspaceTrusted') || command === 'otaplan.stopLocalDeveloperCenter') continue;
      const asked = await answering({ showInputBox: () => 'x' }, () =>
        vscode.commands.executeCommand(command, { connection: 'Given', planId: 'p', plan: 'p', uri: 'file:///p' }),
      );
      if (messages(asked).some((text) => /not trusted/.test(text))) refused.push(command);
    }
    const sends = [
      'previewPlan',
      'deployPlan',
      'deployChangedPlans',
      'activatePlan',
      'signIn',
      'openLog',
      'openDashboard',
    ];
    for (const name of sends)
      assert.ok(refused.includes(`otaplan.${name}`), `${name} was not refused: ${refused.join()}`);
    // whoever got past all that is stopped at the door
    const client = await connections.client({ ...connection, name: 'Given' });
    await assert.rejects(async () => client.serverInfo());
    for (const live of lives.all()) await assert.rejects(async () => live.read());
    assert.deepEqual(line.seen, []);
    line.close();
    await settings.update('connections', undefined, vscode.ConfigurationTarget.Global);
  });
});
