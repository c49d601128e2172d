import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import manifest from '../package.json' with { type: 'json' };
import { language } from './features/language/language.ts';
import { type Commands, registerCommands, setContext } from './infrastructure/commands.ts';
import { createBoundary, OperationError } from './infrastructure/errors.ts';
import { createLog } from './infrastructure/log.ts';

/** A worker of the browser, as far as the language client needs one. */
declare const Worker: new (url: string) => never;

let stop: (() => Promise<unknown>) | undefined;

/** Commands that need Node say so instead of being missing. */
function absent(present: Commands): Commands {
  const names = manifest.contributes.commands
    .map(({ command }) => command.slice('otaplan.'.length))
    .filter((name) => !(name in present));
  return Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new OperationError(
          'needsNode',
          vscode.l10n.t('This needs VS Code on a computer; in the browser Otaplan offers its language features.'),
        );
      },
    ]),
  );
}

/** The entry in a browser: the language features, with the server in a worker. */
export function activate(context: vscode.ExtensionContext) {
  const log = createLog();
  const boundary = createBoundary(log);
  setContext('platform', 'web');
  const worker = new Worker(vscode.Uri.joinPath(context.extensionUri, 'dist/web/language-server.js').toString(true));
  const {
    plans,
    commands,
    stop: stopLanguage,
  } = language({
    log,
    connect: async (options) => new LanguageClient('otaplan', 'Otaplan', worker, options),
    filesFromHere: true,
    rules: vscode.Uri.joinPath(context.extensionUri, 'dist/rules.md'),
  });
  const present: Commands = { ...commands, showExtensionLog: () => log.show() };
  context.subscriptions.push(log, registerCommands({ ...absent(present), ...present }, boundary));
  stop = stopLanguage;
  return { version: 1, compile: plans.compile };
}

export async function deactivate(): Promise<void> {
  await stop?.();
}
