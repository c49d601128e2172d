/** The language server in a Web Worker, for editors in a browser. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { clientHost } from './client-host.ts';
import { createServer } from './server.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const connection = createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope));
const session = createServer(
  connection,
  clientHost(connection, () => session.options.files === true),
);
