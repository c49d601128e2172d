import * as vscode from 'vscode';
import { segment } from '../../infrastructure/documents.ts';

export const logScheme = 'otaplan-log';

/** Which log a document shows. All of it is in the address, so that VS Code can open it again after a restart. */
export interface LogAddress {
  readonly connection: string;
  readonly planId: string;
  readonly planName: string;
  readonly deviceKey: string;
  /** Component identifier; `null`: all components of the device. */
  readonly component: string | null;
}

export function logUri(address: LogAddress): vscode.Uri {
  const { connection, planId, planName, deviceKey, component } = address;
  const name = component === null ? deviceKey : `${deviceKey}.${segment(component)}`;
  return vscode.Uri.from({
    scheme: logScheme,
    path: `/${segment(connection)}/${segment(planName)}/${name}.log`,
    query: JSON.stringify({ connection, planId, planName, deviceKey, component }),
  });
}

/** `null` when the address is not one of ours. */
export function readLogUri(uri: vscode.Uri): LogAddress | null {
  if (uri.scheme !== logScheme) return null;
  try {
    const value: unknown = JSON.parse(uri.query);
    return isLogAddress(value) ? value : null;
  } catch {
    return null;
  }
}

function isLogAddress(value: unknown): value is LogAddress {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const texts = ['connection', 'planId', 'planName', 'deviceKey'].every((name) => typeof fields[name] === 'string');
  return texts && (fields['component'] === null || typeof fields['component'] === 'string');
}
