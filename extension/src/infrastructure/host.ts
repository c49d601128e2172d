import type { Ambient } from '@otaplan/client';
import * as vscode from 'vscode';
import { type Boundary, OperationError } from './errors.ts';
import type { Log } from './log.ts';
import type { Settings } from './settings.ts';

/** What every feature is handed: no feature reaches for a clock, a setting or a log by itself. */
export interface Host {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly settings: Settings;
  readonly boundary: Boundary;
  readonly ambient: Ambient;
  /** Variables that VS Code was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Refuses in a workspace that is not trusted: nothing of it may reach the network. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new OperationError(
    'workspaceNotTrusted',
    vscode.l10n.t('This workspace is not trusted, so Otaplan sends nothing over the network. Trust it to go on.'),
    [{ title: vscode.l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' }],
  );
}
