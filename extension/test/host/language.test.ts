import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, until, workspaceFile } from './help.ts';

suite('language', () => {
  test('a mistake is underlined with its code, and its fix mends it', async () => {
    await activated();
    const document = await vscode.workspace.openTextDocument(workspaceFile('spring.otaplan'));
    assert.equal(document.languageId, 'otaplan');
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    const before = document.getText();
    const at = before.indexOf('pilot, berlin');
    const place = document.positionAt(at);
    edit.replace(document.uri, new vscode.Range(place, place.translate(0, 'pilot'.length)), 'pilto');
    await vscode.workspace.applyEdit(edit);
    const finding = await until('the finding', () => {
      return vscode.languages.getDiagnostics(document.uri).find((each) => String(codeOf(each)).startsWith('SEM006'));
    });
    assert.equal(document.getText(finding.range), 'pilto');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      finding.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find((action) => action.edit);
    assert.ok(fix?.edit, 'a quick fix');
    await vscode.workspace.applyEdit(fix.edit);
    await until('no finding', () =>
      vscode.languages.getDiagnostics(document.uri).every((each) => each.severity !== vscode.DiagnosticSeverity.Error),
    );
    assert.equal(document.getText(), before);
    // not reverted: VS Code may have saved the mistake by itself meanwhile
    await document.save();
  });

  test('compiles the plans of a file', async () => {
    const api = await activated();
    const result = await api.compile(workspaceFile('spring.otaplan'));
    assert.deepEqual(
      result.plans.map(({ plan }) => plan.name),
      ['Water meter 2.4 spring'],
    );
    assert.match(result.plans[0]?.plan.digest ?? '', /^[0-9a-f]{64}$/);
  });

  test('formats', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'otaplan',
      content: 'product   water { key "p1WM01"   component modem : module "FOTA" }\n',
    });
    const edits = await until('edits', () =>
      vscode.commands.executeCommand<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', document.uri, {
        tabSize: 2,
        insertSpaces: true,
      }),
    );
    assert.ok(edits.length > 0);
  });
});

function codeOf(finding: vscode.Diagnostic): string | number | undefined {
  return typeof finding.code === 'object' ? finding.code.value : finding.code;
}
