import type { ComponentStatus, DeviceStatus, PlanStatus } from '@otaplan/model';
import * as vscode from 'vscode';

/** The words of the statuses in the language of VS Code; a status without words does not compile. In English they are the model's. */
const planLabels: Readonly<Record<PlanStatus, () => string>> = {
  inactivated: () => vscode.l10n.t('Inactivated'),
  toBeUpgraded: () => vscode.l10n.t('To be Upgraded'),
  upgrading: () => vscode.l10n.t('Upgrading'),
  suspended: () => vscode.l10n.t('Suspended'),
  forcedTermination: () => vscode.l10n.t('Forced Termination'),
  finished: () => vscode.l10n.t('Finished'),
};

const deviceLabels: Readonly<Record<DeviceStatus, () => string>> = {
  notUpgraded: () => vscode.l10n.t('Not Upgraded'),
  upgrading: () => vscode.l10n.t('Upgrading'),
  upgraded: () => vscode.l10n.t('Upgraded'),
  upgradeFailed: () => vscode.l10n.t('Upgrade Failed'),
  noUpdateRequired: () => vscode.l10n.t('No Update Required'),
};

const componentLabels: Readonly<Record<ComponentStatus, () => string>> = {
  planNotReceived: () => vscode.l10n.t('Plan Not Received'),
  planReceived: () => vscode.l10n.t('Plan Received'),
  upgradeConfirmed: () => vscode.l10n.t('Upgrade Confirmed'),
  upgradeRejected: () => vscode.l10n.t('Upgrade Rejected'),
  readyToDownload: () => vscode.l10n.t('Ready to Download'),
  downloading: () => vscode.l10n.t('Downloading'),
  downloadFailed: () => vscode.l10n.t('Download Failed'),
  downloadSucceeded: () => vscode.l10n.t('Download Succeeded'),
  upgrading: () => vscode.l10n.t('Upgrading'),
  upgradeSucceeded: () => vscode.l10n.t('Upgrade Succeeded'),
  upgradeFailed: () => vscode.l10n.t('Upgrade Failed'),
  noUpdateRequired: () => vscode.l10n.t('No Update Required'),
};

/** A status that a newer server invented is shown as itself. */
function wordsIn(table: Readonly<Record<string, () => string>>, status: string): string {
  return Object.hasOwn(table, status) ? (table[status]?.() ?? status) : status;
}

export const planWords = (status: string): string => wordsIn(planLabels, status);
export const deviceWords = (status: string): string => wordsIn(deviceLabels, status);
export const componentWords = (status: string): string => wordsIn(componentLabels, status);
