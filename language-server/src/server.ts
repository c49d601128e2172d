import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { Analysis } from './analysis.ts';
import { customRequests } from './custom-requests.ts';
import { features } from './features/index.ts';
import { guarded, type Host } from './host.ts';
import { Loading } from './loading.ts';
import { settingsSection } from './protocol.ts';
import { Session } from './session.ts';
import { normalUri } from './uris.ts';
import { readInitializationOptions, readSettings } from './wire.ts';

const everyFile = { scheme: '*', pattern: { glob: '**' } };
/** Sources, device lists, and what packages are made of. */
const watched = '**/*.{otaplan,csv,tsv,txt,bin,bin_1,bin_2,mini_1,mini_2,pack,rar,tar,gz,s19,zip,py}';

/** Answers one client over one connection. Hosts start it: a process (`node.ts`), a Web Worker (`worker.ts`), a test. */
export function createServer(connection: Connection, around: Host): Session {
  const tell = (error: unknown) => connection.console.error(error instanceof Error ? error.message : String(error));
  const host = guarded(around, tell);
  const session = new Session(connection, host);
  const analysis = new Analysis(session);
  const loading = new Loading(session, analysis);
  session.whenFacts = (facts) => {
    session.project.worldChanged(facts, session.world());
    analysis.goOn();
    session.refresh();
  };

  connection.onInitialize((params): InitializeResult => {
    session.options = readInitializationOptions(params.initializationOptions);
    session.client = abilitiesOf(params);
    const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
    session.files.folders = folders.map(folderUri);
    session.project.worldChanged([], session.world());
    const operations = { filters: [everyFile] };
    return {
      serverInfo: { name: 'Otaplan language server', version: '0.1.0' },
      capabilities: Object.assign(
        {
          positionEncoding: 'utf-16' as const,
          textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
          workspace: {
            workspaceFolders: { supported: true, changeNotifications: true },
            fileOperations: { didCreate: operations, didRename: operations, didDelete: operations },
          },
        },
        ...features.map(({ capabilities }) => capabilities),
      ),
    };
  });

  connection.onInitialized(async () => {
    if (session.client.watchedFiles) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: watched }],
      });
    }
    if (session.client.configuration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: settingsSection });
      await askSettings();
    }
    if (session.client.folders) followFolders();
    await loading.folders();
  });

  function followFolders(): void {
    connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
      const gone = removed.map(({ uri }) => folderUri(uri));
      const kept = session.files.folders.filter((folder) => !gone.includes(folder));
      session.files.folders = [...kept, ...added.map(({ uri }) => folderUri(uri))];
      session.whenFacts(['inside', ...session.files.forgetAll()]);
      void loading.folders();
    });
  }

  async function askSettings(): Promise<void> {
    session.settings = readSettings(await connection.workspace.getConfiguration(settingsSection));
    session.refresh();
  }

  connection.onDidChangeConfiguration(async ({ settings }) => {
    if (session.client.configuration) await askSettings();
    else session.settings = readSettings((settings as Record<string, unknown> | null)?.[settingsSection]);
  });

  // --- documents

  connection.onDidOpenTextDocument(async ({ textDocument: { uri: clientUri, version, text } }) => {
    const uri = session.documents.opened(clientUri, version, text);
    session.project.set(uri, text);
    await loading.importsOf(uri);
    analysis.touch(uri);
    session.canonical.look(uri);
  });
  connection.onDidSaveTextDocument(({ textDocument }) => session.canonical.look(normalUri(textDocument.uri)));
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const uri = session.documents.changed(textDocument.uri, textDocument.version, contentChanges);
    if (uri !== undefined) analysis.touch(uri);
  });
  connection.onDidCloseTextDocument(async ({ textDocument }) => {
    const uri = session.documents.closed(textDocument.uri);
    session.canonical.closed(uri);
    await loading.closed(uri, textDocument.uri);
  });

  // --- files

  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    for (const { uri, type } of changes) {
      if (type === FileChangeType.Deleted) loading.disappeared(normalUri(uri));
      else await loading.appeared(normalUri(uri));
    }
  });
  connection.workspace.onDidCreateFiles(async ({ files }) => {
    for (const { uri } of files) await loading.appeared(normalUri(uri));
  });
  connection.workspace.onDidDeleteFiles(({ files }) => {
    for (const { uri } of files) loading.disappeared(normalUri(uri));
  });
  connection.workspace.onDidRenameFiles(async ({ files }) => {
    for (const { oldUri, newUri } of files) {
      loading.disappeared(normalUri(oldUri));
      await loading.appeared(normalUri(newUri));
    }
  });

  for (const feature of features) feature.register(connection, session, analysis);
  customRequests(connection, session, analysis);

  // Rules of time age: now and then what they said is looked at again.
  const again = () => {
    session.whenFacts(['now']);
    callOffAging = host.after(5 * 60_000, again);
  };
  let callOffAging = host.after(5 * 60_000, again);
  connection.onShutdown(() => callOffAging());
  connection.listen();
  return session;
}

function folderUri(uri: string): string {
  return normalUri(uri).replace(/\/+$/, '');
}

function abilitiesOf({ capabilities }: InitializeParams): Session['client'] {
  const { workspace, textDocument } = capabilities;
  return {
    configuration: workspace?.configuration === true,
    watchedFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    folders: workspace?.workspaceFolders === true,
    snippets: textDocument?.completion?.completionItem?.snippetSupport === true,
    refreshLenses: workspace?.codeLens?.refreshSupport === true,
    refreshHints: workspace?.inlayHint?.refreshSupport === true,
    refreshTokens: workspace?.semanticTokens?.refreshSupport === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    changeAnnotations: workspace?.workspaceEdit?.changeAnnotationSupport !== undefined,
    createsFiles:
      workspace?.workspaceEdit?.documentChanges === true &&
      workspace.workspaceEdit.resourceOperations?.includes('create') === true,
  };
}
