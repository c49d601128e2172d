import * as vscode from 'vscode';
import { OperationError } from '../../infrastructure/errors.ts';

/** The embedded store is `node:sqlite`, which needs no flag since this version. */
const least = [22, 13] as const;

/** Refuses on a Node without `node:sqlite`, and says what to do. */
export function requireSqlite(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return;
  throw new OperationError(
    'nodeTooOld',
    vscode.l10n.t(
      'The local Developer Center needs Node {0} or newer, and this VS Code runs on {1}. Update VS Code, or start it in a terminal with “otaplan server” and add a connection to it.',
      least.join('.'),
      version,
    ),
    [{ title: vscode.l10n.t('Add Connection'), command: 'otaplan.addConnection' }],
  );
}
