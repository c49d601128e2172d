import type { VersionPackage } from '@otaplan/client';
import * as vscode from 'vscode';
import { segment } from '../../infrastructure/documents.ts';

export const packageScheme = 'otaplan-package';

/** Which version package a document shows. */
export interface PackageAddress {
  readonly connection: string;
  readonly type: VersionPackage['type'];
  readonly version: string;
  /** `null`: the full package. */
  readonly sourceVersion: string | null;
}

export function packageUri(address: PackageAddress): vscode.Uri {
  const { connection, type, version, sourceVersion } = address;
  const name = sourceVersion === null ? version : `${sourceVersion} - ${version}`;
  return vscode.Uri.from({
    scheme: packageScheme,
    path: `/${segment(connection)}/${type}/${segment(name)}.txt`,
    query: JSON.stringify({ connection, type, version, sourceVersion }),
  });
}

/** `null` when the address is not one of ours. */
export function readPackageUri(uri: vscode.Uri): PackageAddress | null {
  let value: unknown;
  try {
    value = JSON.parse(uri.query);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { connection, type, version, sourceVersion } = value as Record<string, unknown>;
  if (typeof connection !== 'string' || typeof version !== 'string') return null;
  if (type !== 'module' && type !== 'mcu') return null;
  return { connection, type, version, sourceVersion: typeof sourceVersion === 'string' ? sourceVersion : null };
}

const labelWidth = 18;

/** A version package in words: what it is, and its files with their digests. */
export function packageText(found: VersionPackage): string {
  const line = (label: string, value: string) => `${label.padEnd(labelWidth)}${value.replace(/\p{Cc}/gu, '\ufffd')}`;
  const lines = [
    line(vscode.l10n.t('Package'), found.name),
    line(vscode.l10n.t('Component type'), found.type),
    line(vscode.l10n.t('Target version'), found.version),
    line(vscode.l10n.t('Source version'), found.sourceVersion ?? vscode.l10n.t('any (full package)')),
    line(vscode.l10n.t('Verification'), verificationWords(found.verification)),
    line(vscode.l10n.t('Created'), found.createdAt),
    ...(found.remarks === '' ? [] : [line(vscode.l10n.t('Remarks'), found.remarks)]),
  ];
  for (const file of found.files) {
    const state = file.uploaded ? '' : ` · ${vscode.l10n.t('not uploaded yet')}`;
    lines.push('', `${file.name}  ${vscode.l10n.t('{0} bytes', file.size.toLocaleString())}${state}`);
    lines.push(`  SHA-256  ${file.sha256}`);
    if (file.md5 !== null) lines.push(`  MD5      ${file.md5}`);
    if (file.crc32 !== null) lines.push(`  CRC-32   ${file.crc32}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A state that a newer server invented is shown as itself. */
function verificationWords(verification: string): string {
  switch (verification) {
    case 'notVerified':
      return vscode.l10n.t('Not Verified');
    case 'verifying':
      return vscode.l10n.t('Verifying');
    case 'verified':
      return vscode.l10n.t('Verified');
    case 'verificationFailed':
      return vscode.l10n.t('Verification Failed');
    default:
      return verification;
  }
}
