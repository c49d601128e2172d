import { languageId } from '@otaplan/language-server/protocol';
import * as vscode from 'vscode';

/** How the language server is, in the language's own place of the status bar; with a way to start it again when it ended. */
export function languageStatus() {
  const item = vscode.languages.createLanguageStatusItem('otaplan.server', { language: languageId });
  item.name = vscode.l10n.t('Otaplan language server');
  const words = {
    starting: vscode.l10n.t('The language server starts'),
    running: vscode.l10n.t('Plans are checked'),
    ended: vscode.l10n.t('The language server is not running.'),
  };
  function show(state: keyof typeof words): void {
    item.busy = state === 'starting';
    item.text = words[state];
    const ended = state === 'ended';
    item.severity = ended ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.command = ended
      ? { title: vscode.l10n.t('Restart'), command: 'otaplan.restartLanguageServer' }
      : { title: vscode.l10n.t('Show Problems'), command: 'workbench.actions.view.problems' };
  }
  show('starting');
  return { show, dispose: () => item.dispose() };
}
