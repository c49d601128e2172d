import type { DeployProgress } from '@otaplan/fleet';
import * as vscode from 'vscode';

/** What a deployment is doing, in a few words. */
export function sayProgress({ command, bytes }: DeployProgress): string {
  switch (command.do) {
    case 'findPackage':
      return vscode.l10n.t('looking for package {0}', command.wanted.version);
    case 'createPackage':
      return vscode.l10n.t('declaring package {0}', command.content.name);
    case 'uploadFile': {
      const share = bytes === undefined ? 0 : Math.floor((bytes / Math.max(1, command.file.size)) * 100);
      return vscode.l10n.t('uploading {0} ({1} %)', command.file.name, share);
    }
    case 'findPlan':
    case 'readDocument':
      return vscode.l10n.t('reading the deployed plan');
    case 'createPlan':
    case 'updatePlan':
      return vscode.l10n.t('saving the plan');
    case 'updateTexts':
      return vscode.l10n.t('saving the texts');
    case 'activate':
      return vscode.l10n.t('activating');
  }
}
