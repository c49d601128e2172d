import {
  type CatalogueParams,
  type CompileResult,
  type DeclarationsResult,
  type DeployedPlanWire,
  type InitializationOptions,
  languageId,
  methods,
  type PlansChangedParams,
  type PlansResult,
  type PrintResult,
} from '@otaplan/language-server/protocol';
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { Commands } from '../../infrastructure/commands.ts';
import { OperationError, sayError } from '../../infrastructure/errors.ts';
import type { Log } from '../../infrastructure/log.ts';
import type { Plans } from '../../infrastructure/plans.ts';
import { answerFileQuestions } from './files.ts';
import { localizeLenses } from './lens-words.ts';
import { linkToRules, showRule } from './rules.ts';
import { languageStatus } from './status.ts';

export interface LanguageOptions {
  readonly log: Log;
  /** Makes the client: over IPC to a process, or over messages to a worker. Its code may be loaded for it. */
  readonly connect: (options: LanguageClientOptions) => Promise<BaseLanguageClient>;
  /** Whether the server has no file system of its own and asks this side. */
  readonly filesFromHere: boolean;
  /** The rules reference that ships with the extension, in Markdown. */
  readonly rules: vscode.Uri;
}

/** `State.Starting` of the language client, whose values are not imported: node and browser have a module each. */
const starting = 3;

/** Documents that a person edits. Texts that are only shown (a deployed plan beside the local one) would be second plans of their name. */
function editable(): readonly string[] {
  const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri.scheme) ?? [];
  return [...new Set(['file', 'untitled', 'vscode-vfs', ...folders])];
}

/** The language server's client: features of the editor come by LSP, the rest of the extension asks through `plans`. */
export function language(options: LanguageOptions) {
  const log = options.log.of('language');
  const changed = new vscode.EventEmitter<readonly string[]>();
  const willShowLenses = new vscode.EventEmitter<void>();
  const initializationOptions: InitializationOptions = { files: options.filesFromHere };
  let running: BaseLanguageClient | undefined;
  const connected = options.connect({
    documentSelector: editable().map((scheme) => ({ language: languageId, scheme })),
    initializationOptions,
    outputChannelName: 'Otaplan Language Server',
    middleware: {
      handleDiagnostics: (uri, findings, next) => next(uri, linkToRules(findings)),
      async provideCodeLenses(document, token, next) {
        willShowLenses.fire();
        return localizeLenses((await next(document, token)) ?? []);
      },
    },
    synchronize: {
      configurationSection: 'otaplan',
      fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{otaplan,csv}'),
    },
  });
  let catalogue: CatalogueParams | undefined;
  let deployed: readonly DeployedPlanWire[] | null | undefined;

  const status = languageStatus();
  const handlers: vscode.Disposable[] = [status];

  async function start(): Promise<void> {
    const client = await connected;
    handlers.push(
      client.onNotification(methods.plansChanged, ({ uris }: PlansChangedParams) => changed.fire(uris)),
      client.onNotification(methods.catalogueWanted, () => undefined),
      ...(options.filesFromHere ? answerFileQuestions(client) : []),
      client.onDidChangeState(({ newState }) => {
        const isRunning = client.isRunning();
        status.show(isRunning ? 'running' : newState === starting ? 'starting' : 'ended');
        running = isRunning ? client : undefined;
        if (!isRunning) return;
        // A server that was started again, after it died too, knows nothing yet of what only this side knows.
        log.info('running');
        if (catalogue) void client.sendNotification(methods.catalogue, catalogue);
        if (deployed !== undefined) void client.sendNotification(methods.deployedPlans, { plans: deployed });
      }),
    );
    await client.start();
  }
  // Not awaited: the editor is usable at once, and requests wait for it.
  const started = start().catch((error: unknown) => {
    status.show('ended');
    log.error(`did not start: ${sayError(error)}`);
  });

  async function request<T>(method: string, params: object, token?: vscode.CancellationToken): Promise<T> {
    await started;
    if (!running) {
      throw new OperationError('languageServerSilent', vscode.l10n.t('The language server is not running.'), [
        { title: vscode.l10n.t('Restart'), command: 'otaplan.restartLanguageServer' },
      ]);
    }
    return token ? running.sendRequest<T>(method, params, token) : running.sendRequest<T>(method, params);
  }

  const plans: Plans = {
    onDidChange: changed.event,
    onWillShowLenses: willShowLenses.event,
    compile: (uri, plan, token) =>
      request<CompileResult>(methods.compile, { uri: uri.toString(), ...(plan === undefined ? {} : { plan }) }, token),
    places: async (uri) =>
      (await request<PlansResult>(methods.plans, uri === undefined ? {} : { uri: uri.toString() })).plans,
    declarations: (earlier) => request<DeclarationsResult>(methods.declarations, { earlier }),
    print: async (plan) => (await request<PrintResult>(methods.print, { plan })).text,
    tellCatalogue(next) {
      catalogue = next;
      if (running) void running.sendNotification(methods.catalogue, next);
    },
    tellDeployed(next) {
      deployed = next;
      if (running) void running.sendNotification(methods.deployedPlans, { plans: next });
    },
  };

  const commands: Commands = {
    async restartLanguageServer() {
      const client = await connected;
      await client.stop();
      await client.start();
      log.info('restarted');
    },
    showRule: (code: unknown) => showRule(options.rules, code),
    /** What code lenses of the language server name; its argument is plain JSON. */
    async showReferences(argument: {
      uri: string;
      position: { line: number; character: number };
      places: { uri: string; range: { start: vscode.Position; end: vscode.Position } }[];
    }) {
      const places = argument.places.map(
        ({ uri, range }) =>
          new vscode.Location(
            vscode.Uri.parse(uri, true),
            new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
          ),
      );
      const position = new vscode.Position(argument.position.line, argument.position.character);
      const uri = vscode.Uri.parse(argument.uri, true);
      await vscode.commands.executeCommand('editor.action.showReferences', uri, position, places);
    },
  };

  return {
    plans,
    commands,
    async stop() {
      for (const handler of handlers) handler.dispose();
      changed.dispose();
      willShowLenses.dispose();
      await started;
      const client = await connected.catch(() => undefined);
      await client?.dispose();
    },
  };
}
