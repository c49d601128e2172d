import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { OtaplanApi } from '../../src/api.ts';
import type { Internals } from '../../src/wiring.ts';

export const extensionId = 'otaplan.otaplan-vscode';

/** The extension, activated. */
export async function activated(): Promise<OtaplanApi & { internals?: Internals }> {
  const extension = vscode.extensions.getExtension<OtaplanApi>(extensionId);
  assert.ok(extension, `the extension ${extensionId} is not there`);
  return extension.activate();
}

export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Polls for something that other processes bring about; the time limit is the test's own. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | null | PromiseLike<T | undefined | false | null>,
  limit = 30_000,
): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${limit / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type Questions =
  | 'showInputBox'
  | 'showQuickPick'
  | 'showWarningMessage'
  | 'showInformationMessage'
  | 'showErrorMessage'
  | 'showSaveDialog';

export interface Asked {
  readonly how: Questions;
  readonly args: readonly unknown[];
}

/**
 * Answers the questions that the extension asks while `work` runs, in the place of a person, and returns what was asked. The tests lie in
 * the extension's folder, so that VS Code hands both the same API object.
 */
export async function answering(
  answers: Partial<Record<Questions, (...args: never[]) => unknown>>,
  work: () => unknown,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const window = vscode.window as unknown as Record<string, unknown>;
  const all: readonly Questions[] = [
    'showInputBox',
    'showQuickPick',
    'showWarningMessage',
    'showInformationMessage',
    'showErrorMessage',
    'showSaveDialog',
  ];
  const before = new Map(all.map((name) => [name, window[name]]));
  for (const how of all) {
    window[how] = async (...args: unknown[]) => {
      asked.push({ how, args });
      return answers[how]?.(...(args as never[]));
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of before) window[name] = original;
  }
  return asked;
}

/** The messages among what was asked. */
export function messages(asked: readonly Asked[]): string[] {
  return asked.filter(({ how }) => how.endsWith('Message')).map(({ args }) => String(args[0]));
}
