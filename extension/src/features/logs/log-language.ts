import * as vscode from 'vscode';
import { logScheme } from './address.ts';
import type { OpenLog } from './logs.ts';
import { packageUri } from './package-text.ts';

const language = 'otaplan-log';
const selector = { scheme: logScheme };
/** Lines above the versions in the heading. */
const headingLines = 2;

/** What a log's document offers besides its text: its language, folding by attempt, and links to the plan and to the packages. */
export function registerLogLanguage(logOf: (uri: vscode.Uri) => OpenLog | undefined): vscode.Disposable {
  const links: vscode.DocumentLinkProvider = {
    provideDocumentLinks(document) {
      const log = logOf(document.uri);
      if (!log) return [];
      const { connection, planId, planName } = log.address;
      const found: vscode.DocumentLink[] = [];
      const link = (line: number, text: string, target: vscode.Uri, words: string) => {
        const at = line < document.lineCount ? document.lineAt(line).text.lastIndexOf(text) : -1;
        if (at < 0) return;
        const made = new vscode.DocumentLink(new vscode.Range(line, at, line, at + text.length), target);
        made.tooltip = words;
        found.push(made);
      };
      const plan = encodeURIComponent(JSON.stringify([{ connection, planId }]));
      link(
        0,
        planName,
        vscode.Uri.parse(`command:otaplan.openDeployedPlan?${plan}`),
        vscode.l10n.t('Open the deployed plan'),
      );
      for (const [index, { words, address }] of log.packages.entries()) {
        link(headingLines + index, words, packageUri(address), vscode.l10n.t('Open the version package'));
      }
      return found;
    },
  };
  const folding: vscode.FoldingRangeProvider = {
    // The log knows its attempts: a hundred thousand lines are not looked through each time some are added.
    provideFoldingRanges(document) {
      // The document may lag behind, and ends with an empty line.
      const end = document.lineCount - 2;
      const attempts = logOf(document.uri)?.text.attempts() ?? [];
      return attempts
        .filter(([first]) => first < end)
        .map(([first, last]) => new vscode.FoldingRange(first, Math.min(last, end), vscode.FoldingRangeKind.Region));
    },
  };
  const setLanguage = (document: vscode.TextDocument) => {
    if (document.uri.scheme !== logScheme || document.languageId === language) return;
    void vscode.languages.setTextDocumentLanguage(document, language);
  };
  return vscode.Disposable.from(
    vscode.languages.registerDocumentLinkProvider(selector, links),
    vscode.languages.registerFoldingRangeProvider(selector, folding),
    vscode.workspace.onDidOpenTextDocument(setLanguage),
  );
}
