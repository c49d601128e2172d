/** What is loaded right after the start, and not before VS Code hears that the extension is there. */
export { LanguageClient, TransportKind } from 'vscode-languageclient/node';
