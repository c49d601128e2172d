import { systemAmbient } from '@otaplan/client';
import * as vscode from 'vscode';
import type { OtaplanApi } from './api.ts';
import { language } from './features/language/language.ts';
import { setContext } from './infrastructure/commands.ts';
import { createBoundary } from './infrastructure/errors.ts';
import type { Host } from './infrastructure/host.ts';
import { createLog } from './infrastructure/log.ts';
import { createSettings } from './infrastructure/settings.ts';
import { type Internals, wire } from './wiring.ts';

let stop: (() => Promise<unknown>) | undefined;

/** The entry where there is Node. Wiring only; nothing here waits for a process, and nothing reaches the network. */
export function activate(context: vscode.ExtensionContext): OtaplanApi & { internals?: Internals } {
  const began = performance.now();
  const log = createLog();
  const host: Host = {
    context,
    log,
    settings: createSettings(),
    boundary: createBoundary(log),
    ambient: systemAmbient,
    environment: process.env,
  };
  setContext('platform', 'node');
  const module = context.asAbsolutePath('dist/language-server.cjs');
  const {
    plans,
    commands,
    stop: stopLanguage,
  } = language({
    log,
    async connect(options) {
      // VS Code hears first that the extension is there.
      await new Promise((resolve) => setImmediate(resolve));
      const { LanguageClient, TransportKind } = await import('./features/language/node-client.ts');
      const server = { module, transport: TransportKind.ipc, options: { execArgv: ['--max-semi-space-size=4'] } };
      return new LanguageClient('otaplan', 'Otaplan', { run: server, debug: server }, options);
    },
    // A virtual workspace has no files for the server's process either.
    filesFromHere: vscode.workspace.workspaceFolders?.some(({ uri }) => uri.scheme !== 'file') ?? false,
    rules: vscode.Uri.joinPath(context.extensionUri, 'dist/rules.md'),
  });
  const wired = wire(host, plans, commands);
  stop = () => Promise.all([wired.stop(), stopLanguage()]);
  context.subscriptions.push(log);
  log.of('activate').info(`${(performance.now() - began).toFixed(1)} ms`);
  // Tests look inside; what others build on is the API alone.
  return context.extensionMode === vscode.ExtensionMode.Test ? { ...wired.api, internals: wired.internals } : wired.api;
}

export async function deactivate(): Promise<void> {
  await stop?.();
}
