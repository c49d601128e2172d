import * as vscode from 'vscode';
import type { Boundary } from './errors.ts';

/** A feature's commands as data: id without `otaplan.` to what it does. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Registers commands so that whatever they throw ends at the boundary, under the command's name. */
export function registerCommands(commands: Commands, boundary: Boundary): vscode.Disposable {
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`otaplan.${name}`, (...args: unknown[]) =>
      boundary(name, async () => run(...(args as never[]))),
    ),
  );
  return vscode.Disposable.from(...registered);
}

/** Sets a context key that `when` clauses of the manifest read. */
export function setContext(key: string, value: unknown): void {
  void vscode.commands.executeCommand('setContext', `otaplan.${key}`, value);
}
