/** A language server that only keeps the text, to know what the connection alone costs. */
import { createConnection, type Diagnostic, ProposedFeatures, TextDocumentSyncKind } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

const connection = createConnection(ProposedFeatures.all);
const documents = new Map<string, TextDocument>();
const diagnostics: Diagnostic[] = [];
connection.onInitialize(() => ({
  capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, completionProvider: {} },
}));
connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
  documents.set(uri, TextDocument.create(uri, languageId, version, text));
  void connection.sendDiagnostics({ uri, version, diagnostics });
});
connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
  const before = documents.get(uri);
  if (!before) return;
  const after = TextDocument.update(before, contentChanges, version);
  documents.set(uri, after);
  after.getText().charCodeAt(0);
  void connection.sendDiagnostics({ uri, version, diagnostics });
});
connection.onCompletion(() => []);
connection.listen();
