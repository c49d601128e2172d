import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { children, rolledOut, rolledOutRows, rolloutMilliseconds } from './rollout.ts';

suite('logs', () => {
  suiteSetup(async function () {
    this.timeout(rolloutMilliseconds);
    await rolledOut();
  });

  test('a log is a document that folds by attempt', async () => {
    const { device } = await rolledOutRows();
    const [component] = await children(device);
    await vscode.commands.executeCommand('otaplan.openLog', component);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, 'otaplan-log');
    assert.equal(document.languageId, 'otaplan-log');
    assert.match(document.getText(), /attempt 1\n {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\w+/);
    assert.match(document.getText(), /did not start/);
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      document.uri,
    );
    assert.equal(folds.length, 1);
  });
});
