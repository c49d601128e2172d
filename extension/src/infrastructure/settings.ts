import * as vscode from 'vscode';
import { serverOrigin } from './server-origin.ts';

/** A Developer Center as the settings name it. No secret is in it. */
export interface ConnectionSetting {
  readonly name: string;
  /** Origin, such as `https://ota.example.com`. */
  readonly server: string;
}

export type NotificationChoice = 'all' | 'problems' | 'off';

/** The settings as questions; each is read when it is asked. */
export interface Settings {
  connections(): readonly ConnectionSetting[];
  /** Name of the connection to use; empty when none is chosen. */
  connection(): string;
  codeLens(): boolean;
  notifications(): NotificationChoice;
  /** Percent of decided devices. */
  failureRate(): number;
  /** Lines of a log kept while it is followed. */
  logLines(): number;
  /** Revision that plans under review are compared with; empty: the base of the branch. */
  reviewBase(): string;
  simulatedDevices(): number;
  simulatedSpeed(): number;
  saveConnections(connections: readonly ConnectionSetting[]): Promise<void>;
  saveConnection(name: string): Promise<void>;
  /** Runs when one of the named settings (without `otaplan.`) changed. */
  onChange(names: readonly string[], run: () => void): vscode.Disposable;
}

/** What a person may have typed into settings.json is checked: entries that make no sense are left out. */
function readConnections(value: unknown): ConnectionSetting[] {
  if (!Array.isArray(value)) return [];
  const seen = new Set<string>();
  const result: ConnectionSetting[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('server' in entry)) continue;
    const { name, server } = entry;
    if (typeof name !== 'string' || typeof server !== 'string' || name === '' || seen.has(name)) continue;
    const origin = serverOrigin(server);
    if (origin === null) continue;
    seen.add(name);
    result.push({ name, server: origin });
  }
  return result;
}

export function createSettings(): Settings {
  const read = () => vscode.workspace.getConfiguration('otaplan');
  const number = (name: string, least: number, most: number, usual: number) => {
    const value = read().get<unknown>(name);
    return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
  };
  return {
    connections: () => readConnections(read().get<unknown>('connections')),
    connection: () => String(read().get<unknown>('connection') ?? ''),
    codeLens: () => read().get<boolean>('codeLens') !== false,
    notifications: () => {
      const value = read().get<unknown>('notifications.show');
      return value === 'problems' || value === 'off' ? value : 'all';
    },
    failureRate: () => number('notifications.failureRate', 0, 100, 5),
    logLines: () => number('logs.lines', 1000, 1_000_000, 100_000),
    reviewBase: () => String(read().get<unknown>('review.base') ?? '').trim(),
    simulatedDevices: () => number('local.devices', 0, 10_000, 20),
    simulatedSpeed: () => number('local.speed', 1, 3600, 60),
    async saveConnections(connections) {
      await read().update('connections', connections, vscode.ConfigurationTarget.Global);
    },
    async saveConnection(name) {
      const target = vscode.workspace.workspaceFolders
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
      await read().update('connection', name, target);
    },
    onChange(names, run) {
      return vscode.workspace.onDidChangeConfiguration((event) => {
        if (names.some((name) => event.affectsConfiguration(`otaplan.${name}`))) run();
      });
    },
  };
}
