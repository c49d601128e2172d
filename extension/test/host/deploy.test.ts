import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answering, messages, until } from './help.ts';
import { deployed, localCenter, planName, planOf, rolledOut, rolloutMilliseconds } from './rollout.ts';

suite('deploy', () => {
  let file: vscode.Uri;
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    file = await localCenter();
  });

  test('a preview shows the difference and what the plan would do', async () => {
    const asked = await answering({}, () =>
      vscode.commands.executeCommand('otaplan.previewPlan', { uri: file.toString(), plan: planName }),
    );
    assert.deepEqual(messages(asked), []);
    const page = await until('the preview page', () =>
      vscode.workspace.textDocuments.find(
        ({ uri }) => uri.scheme === 'otaplan-text' && uri.path.endsWith(`${planName}.md`),
      ),
    );
    assert.match(page.getText(), /12 devices matched/);
    assert.match(page.getText(), /It is not deployed yet/);
  });

  test('deploying asks first; no leaves nothing behind', async () => {
    const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.deployPlan', file));
    const [question, options] = asked.find(({ how }) => how === 'showWarningMessage')?.args ?? [];
    assert.match(String(question), /Deploy “Water meter now”/);
    assert.match((options as vscode.MessageOptions).detail ?? '', /12 devices matched/);
    assert.equal(await planOf(planName), undefined);
  });

  test('deploys and activates', async function () {
    this.timeout(rolloutMilliseconds);
    assert.match((await deployed()).at(-1) ?? '', /deployed and activated for 12 devices/);
  });

  test('drift is told: the text differs from what is deployed', async function () {
    this.timeout(rolloutMilliseconds);
    await rolledOut();
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
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
});
