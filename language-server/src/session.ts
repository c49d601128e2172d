import {
  createLangiumReader,
  type Finding,
  Project,
  type SourceFile,
  SourceParser,
  type World,
} from '@otaplan/language';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { CodeLensRefreshRequest, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { CanonicalForm } from './canonical.ts';
import type { ClientCatalogue } from './catalogue.ts';
import { Documents, type OpenDocument } from './documents.ts';
import { SideFiles } from './files.ts';
import type { Host } from './host.ts';
import type { DeployedPlanWire, InitializationOptions, Settings } from './protocol.ts';
import { normalUri } from './uris.ts';

/** What the client can do, as far as it matters here. */
export interface ClientAbilities {
  readonly configuration: boolean;
  readonly watchedFiles: boolean;
  readonly folders: boolean;
  readonly snippets: boolean;
  readonly refreshLenses: boolean;
  readonly refreshHints: boolean;
  readonly refreshTokens: boolean;
  readonly documentChanges: boolean;
  readonly changeAnnotations: boolean;
  readonly createsFiles: boolean;
}

/** Milliseconds of work on a request between two turns of the connection. */
const slice = 10;
const refreshPause = 200;

/** Everything a feature works with: the documents, what they mean, and what is known around them. */
export class Session {
  readonly connection: Connection;
  readonly host: Host;
  readonly documents = new Documents();
  readonly project: Project;
  readonly parser: SourceParser;
  readonly files: SideFiles;
  readonly canonical: CanonicalForm;
  catalogue: ClientCatalogue | undefined;
  deployed: ReadonlyMap<string, DeployedPlanWire> | undefined;
  settings: Settings = {};
  options: InitializationOptions = {};
  client: ClientAbilities = {
    configuration: false,
    watchedFiles: false,
    folders: false,
    snippets: false,
    refreshLenses: false,
    refreshHints: false,
    refreshTokens: false,
    documentChanges: false,
    changeAnnotations: false,
    createsFiles: false,
  };
  /** Told of facts that changed without an edit. */
  whenFacts: (facts: readonly string[]) => void = () => undefined;

  constructor(connection: Connection, host: Host) {
    this.connection = connection;
    this.host = host;
    this.parser = new SourceParser(createLangiumReader);
    this.files = new SideFiles(host, (fact) => this.whenFacts([fact]));
    this.canonical = new CanonicalForm(this);
    this.project = new Project(this.world(), { parser: this.parser });
  }

  get now(): number {
    return this.options.now ?? this.host.now();
  }

  /** The world as it is now. What it says of files and of Developer Center may grow; see `whenFacts`. */
  world(): World {
    const { files, host, catalogue } = this;
    return {
      now: this.now,
      zoneDataVersion: host.zoneDataVersion,
      isInside: (uri) => files.isInside(uri),
      readText: (uri) => files.text(uri),
      fileFacts: (uri) => files.factsOf(uri),
      ...(catalogue ? { catalogue } : {}),
    };
  }

  /** Reads what was typed since last time. Parses only what changed. */
  flush(uri?: string): void {
    for (const each of uri === undefined ? this.documents.uris : [uri]) {
      const document = this.documents.get(each);
      if (!document?.pending) continue;
      const change = document.pending;
      document.pending = undefined;
      const { start, oldEnd, newEnd } = change;
      this.project.edit(each, { start, oldEnd, insert: document.text.slice(start, newEnd) });
    }
  }

  /** A document as it is now, with its text parsed; `undefined` when it is not open and no file of the workspace. */
  source(
    clientUri: string,
  ): { readonly uri: string; readonly file: SourceFile; readonly open?: OpenDocument } | undefined {
    const uri = normalUri(clientUri);
    this.flush(uri);
    this.project.refresh(uri);
    const file = this.project.file(uri);
    const open = this.documents.get(uri);
    return file && { uri, file, ...(open ? { open } : {}) };
  }

  /** Everything that is said of a file at the moment. */
  findings(uri: string): readonly Finding[] {
    const form = this.canonical.finding(uri);
    const found = this.project.findings(uri);
    return form ? [...found, form] : found;
  }

  /** An address as the client spells it. */
  clientUri(uri: string): string {
    return this.documents.get(uri)?.clientUri ?? uri;
  }

  /**
   * Wraps a request: messages that came before it, and a cancellation right behind it, have their turn first.
   */
  answering<P, R>(
    answer: (params: P, token: CancellationToken) => R | Promise<R>,
  ): (params: P, token: CancellationToken) => Promise<R | ResponseError<void>> {
    return async (params, token) => {
      // The next message has its turn after the first: only then a cancellation was read.
      await this.turn();
      await this.turn();
      if (token.isCancellationRequested) return cancelled();
      this.flush();
      return answer(params, token);
    };
  }

  /** Sends what may fail without harm: a client may refuse it, or be gone. */
  send(sent: Promise<unknown>): void {
    sent.catch((error: unknown) =>
      this.connection.console.warn(error instanceof Error ? error.message : String(error)),
    );
  }

  /** What code lenses show changed. */
  refreshLenses(): void {
    if (this.client.refreshLenses) this.send(this.connection.sendRequest(CodeLensRefreshRequest.type));
  }

  /**
   * What is shown beside the text of open documents may have changed without an edit of them: a list was read, a setting or
   * another file changed. The client is asked to look again, once for all that comes in one go.
   */
  refresh(): void {
    this.callOffRefresh?.();
    this.callOffRefresh = this.host.after(refreshPause, () => {
      const { languages } = this.connection;
      this.refreshLenses();
      if (this.client.refreshHints) this.send(languages.inlayHint.refresh());
      if (this.client.refreshTokens) this.send(languages.semanticTokens.refresh());
    });
  }
  private callOffRefresh: (() => void) | undefined;

  /**
   * In the middle of long work on a file: when it went on for a while, lets messages that wait have their turn. Throws what
   * LSP asks for when the work is of no use any more: it was cancelled, or the file was edited.
   */
  async pause(cancel: CancellationToken, file: SourceFile): Promise<void> {
    if (this.host.ticks() < this.pauseAt) return;
    await this.turn();
    this.pauseAt = this.host.ticks() + slice;
    if (cancel.isCancellationRequested) throw cancelled();
    if (this.project.file(file.uri) !== file || this.documents.get(file.uri)?.pending)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'The document was edited meanwhile.');
  }
  private pauseAt = 0;

  /** Lets messages that wait have their turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.host.soon(resolve));
  }
}

function cancelled(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.');
}
