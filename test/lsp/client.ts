import { createMessageConnection, type MessageConnection } from 'vscode-jsonrpc/node';
import type { Diagnostic, InitializeResult, PublishDiagnosticsParams } from 'vscode-languageserver-protocol';
import { paramsProblems, resultProblems } from './meta-model/validate.ts';
import { startServer, type Transport, type TransportName } from './transports.ts';

/** The instant that tests take for now. */
export const now = Date.UTC(2026, 10, 24, 10);

export interface ClientOptions {
  readonly transport?: TransportName;
  /** Options of Node for the server's process. */
  readonly flags?: readonly string[];
  readonly folders?: readonly string[];
  readonly settings?: unknown;
  readonly initializationOptions?: object;
  /** Answers requests of the server beside those of LSP: what an editor in a browser says of files. */
  readonly answer?: (method: string, params: unknown) => unknown;
}

/** A client of the language server, as an editor is one. Every message of the server is held against the meta model. */
export class LspClient {
  readonly connection: MessageConnection;
  private readonly server: Transport;
  /** What is wrong with messages that the server sent. */
  readonly problems: string[] = [];
  /** Requests of the server, by method. */
  readonly asked: string[] = [];
  readonly notified: { readonly method: string; readonly params: unknown }[] = [];
  capabilities: InitializeResult['capabilities'] = {};
  private readonly published = new Map<string, PublishDiagnosticsParams>();
  private readonly waiting = new Set<() => void>();

  private constructor(server: Transport) {
    this.server = server;
    this.connection = createMessageConnection(server.reader, server.writer);
  }

  static async start(options: ClientOptions = {}): Promise<LspClient> {
    const client = new LspClient(await startServer(options.transport ?? 'stdio', options.flags));
    const { connection } = client;
    connection.onNotification((method, params) => {
      client.problems.push(...paramsProblems(method, params));
      client.notified.push({ method, params });
      if (method === 'textDocument/publishDiagnostics') {
        const said = params as PublishDiagnosticsParams;
        client.published.set(said.uri, said);
      }
      for (const check of client.waiting) check();
    });
    connection.onRequest((method, params) => {
      client.problems.push(...paramsProblems(method, params));
      client.asked.push(method);
      for (const check of client.waiting) check();
      if (method === 'workspace/configuration') return [options.settings ?? null];
      return options.answer?.(method, params) ?? null;
    });
    connection.listen();
    const folders = (options.folders ?? []).map((uri) => ({ uri, name: uri }));
    const result = await client.request<InitializeResult>('initialize', {
      processId: options.transport === 'worker' ? null : process.pid,
      rootUri: folders[0]?.uri ?? null,
      workspaceFolders: folders.length > 0 ? folders : null,
      initializationOptions: { now, rulesUrl: 'https://example.org/rules', ...options.initializationOptions },
      capabilities: {
        workspace: {
          configuration: true,
          workspaceFolders: true,
          didChangeWatchedFiles: { dynamicRegistration: true },
          workspaceEdit: { documentChanges: true, changeAnnotationSupport: {}, resourceOperations: ['create'] },
          codeLens: { refreshSupport: true },
          inlayHint: { refreshSupport: true },
          semanticTokens: { refreshSupport: true },
        },
        textDocument: {
          completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
          hover: { contentFormat: ['markdown'] },
          codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [''] } } },
        },
      },
    });
    client.capabilities = result.capabilities;
    await connection.sendNotification('initialized', {});
    return client;
  }

  async request<R>(method: string, params: unknown): Promise<R> {
    const result = await this.connection.sendRequest<R>(method, params);
    this.problems.push(...resultProblems(method, result));
    return result;
  }
  async notify(method: string, params: unknown): Promise<void> {
    await this.connection.sendNotification(method, params);
  }

  async open(uri: string, text: string, version = 1): Promise<void> {
    await this.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'otaplan', version, text } });
  }
  async change(uri: string, version: number, contentChanges: readonly unknown[]): Promise<void> {
    await this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  /** Diagnostics last published for a document. */
  diagnostics(uri: string): readonly Diagnostic[] | undefined {
    return this.published.get(uri)?.diagnostics;
  }
  /** Waits until the diagnostics of a document (of a version) are as wanted. */
  async until(
    uri: string,
    wanted: (diagnostics: readonly Diagnostic[], version: number | undefined) => boolean,
    what = 'diagnostics',
  ): Promise<readonly Diagnostic[]> {
    await this.waitFor(() => {
      const said = this.published.get(uri);
      return said !== undefined && wanted(said.diagnostics, said.version);
    }, `${what} of ${uri}`);
    return this.diagnostics(uri) ?? [];
  }
  async waitFor(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        const last = JSON.stringify(
          [...this.published.values()].map((each) => [
            each.uri,
            each.version,
            each.diagnostics.map((d) => `${d.code} ${d.message}`),
          ]),
        ).slice(0, 2000);
        reject(new Error(`Waited in vain for ${what}. Last: ${last} ${this.server.errors().slice(0, 2000)}`));
      }, 20_000);
      const check = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
    });
  }

  /** Ends the server at once, as a crash would. */
  async kill(): Promise<void> {
    this.server.kill();
    await this.server.gone;
    this.connection.dispose();
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    await this.server.gone;
    this.connection.dispose();
  }
}
