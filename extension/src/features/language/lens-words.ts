import { commands, type DeployedLens } from '@otaplan/language-server/protocol';
import { formatRate, successRate } from '@otaplan/model';
import * as vscode from 'vscode';
import { planWords } from '../../infrastructure/status-words.ts';

/** The words of code lenses in the language of VS Code: the language server's are English. */
export function localizeLenses(lenses: readonly vscode.CodeLens[]): vscode.CodeLens[] {
  return lenses.map((lens) => {
    const title = titleOf(lens);
    return title === undefined || !lens.command ? lens : Object.assign(lens, { command: { ...lens.command, title } });
  });
}

function titleOf(lens: vscode.CodeLens & { readonly data?: DeployedLens }): string | undefined {
  switch (lens.command?.command) {
    case commands.preview:
      return vscode.l10n.t('Preview');
    case commands.deploy:
      return vscode.l10n.t('Deploy');
    case commands.openDeployed:
      return lens.data && deployedWords(lens.data);
    default:
      return undefined;
  }
}

function deployedWords({ status, counts, differs }: DeployedLens): string {
  const parts = [planWords(status)];
  if (counts) {
    parts.push(vscode.l10n.t('{0} of {1} upgraded', counts.upgraded, counts.total));
    if (counts.noUpdateRequired > 0) parts.push(vscode.l10n.t('{0} need no update', counts.noUpdateRequired));
    if (counts.upgradeFailed > 0) parts.push(vscode.l10n.t('{0} failed', counts.upgradeFailed));
    parts.push(formatRate(successRate(counts)));
  }
  if (differs) parts.push(vscode.l10n.t('file differs'));
  return parts.join(' · ');
}
