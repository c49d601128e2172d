import * as vscode from 'vscode';
import { logScheme } from './address.ts';
import type { OpenLog } from './logs.ts';

/** An item beside the language of a log's editor: how many lines, whether it is followed, and whether anything stands in the way. */
export function followingStatus(active: () => OpenLog | undefined) {
  const item = vscode.languages.createLanguageStatusItem('otaplan.log', { scheme: logScheme });
  item.name = vscode.l10n.t('Log');
  function show(): void {
    const log = active();
    if (!log) return;
    const lines = vscode.l10n.t('{0} lines', log.text.count().toLocaleString());
    const { followed, trouble } = log;
    item.text = !followed
      ? lines
      : trouble === null
        ? vscode.l10n.t('$(eye) following · {0}', lines)
        : vscode.l10n.t('$(warning) {0}, trying again · {1}', trouble, lines);
    item.severity =
      trouble === null ? vscode.LanguageStatusSeverity.Information : vscode.LanguageStatusSeverity.Warning;
    item.command = {
      command: 'otaplan.followLog',
      title: followed ? vscode.l10n.t('Stop Following') : vscode.l10n.t('Follow'),
    };
  }
  return { show, disposable: item };
}

/** Keeps the end of a log in sight for a reader who looks at it; one who reads further up is left where they are. */
export function keepEndInSight(isFollowed: (uri: vscode.Uri) => boolean): vscode.Disposable {
  /** Lines of documents before their last change. */
  const lines = new WeakMap<vscode.TextDocument, number>();
  const note = (document: vscode.TextDocument) => {
    if (document.uri.scheme === logScheme) lines.set(document, document.lineCount);
  };
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(note),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      const before = lines.get(document) ?? document.lineCount;
      note(document);
      if (document.uri.scheme !== logScheme || !isFollowed(document.uri)) return;
      for (const editor of vscode.window.visibleTextEditors) {
        const seen = editor.document === document ? (editor.visibleRanges.at(-1)?.end.line ?? 0) : -1;
        if (seen < before - 2) continue;
        const end = document.lineAt(document.lineCount - 1).range;
        editor.revealRange(end, vscode.TextEditorRevealType.Default);
      }
    }),
  );
}
