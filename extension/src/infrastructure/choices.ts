import * as vscode from 'vscode';
import { Dismissed } from './errors.ts';

/** Asks for one of several; throws `Dismissed` when none is taken. */
export async function choose<T>(
  placeHolder: string,
  choices: readonly (vscode.QuickPickItem & { readonly value: T })[],
): Promise<T> {
  const chosen = await vscode.window.showQuickPick([...choices], { placeHolder, matchOnDescription: true });
  if (!chosen) throw new Dismissed();
  return chosen.value;
}

/** Asks for a line of text; throws `Dismissed` when the question is left. */
export async function ask(options: vscode.InputBoxOptions): Promise<string> {
  const text = await vscode.window.showInputBox({ ignoreFocusOut: true, ...options });
  if (text === undefined) throw new Dismissed();
  return text;
}

/** Asks a question that needs a deliberate yes; throws `Dismissed` for anything else. */
export async function confirm(question: string, detail: string, yes: string): Promise<void> {
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
  if (answer !== yes) throw new Dismissed();
}
