import { languageId } from '@otaplan/language-server/protocol';
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';

/** `State.Starting` of the language client, whose values are not imported: node and browser have a module each. */
const starting = 3;

/** How the language server is, in the language's own place of the status bar; with a way to start it again when it ended. */
export function languageStatus(client: BaseLanguageClient): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('otaplan.server', { language: languageId });
  item.name = vscode.l10n.t('Otaplan language server');
  function show(state: number): void {
    const isRunning = client.isRunning();
    item.busy = state === starting;
    item.text = isRunning
      ? vscode.l10n.t('Plans are checked')
      : state === starting
        ? vscode.l10n.t('The language server starts')
        : vscode.l10n.t('The language server is not running.');
    const ended = !isRunning && state !== starting;
    item.severity = ended ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command = ended
      ? { title: vscode.l10n.t('Restart'), command: 'otaplan.restartLanguageServer' }
      : { title: vscode.l10n.t('Show Problems'), command: 'workbench.actions.view.problems' };
  }
  show(starting);
  return vscode.Disposable.from(
    item,
    client.onDidChangeState(({ newState }) => show(newState)),
  );
}
