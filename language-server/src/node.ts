/** The language server as a process: `--stdio`, `--node-ipc` or `--pipe=…`, as the client starts it. */
import { enableCompileCache } from 'node:module';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodeHost } from './node-host.ts';
import { createServer } from './server.ts';

enableCompileCache?.();
createServer(createConnection(ProposedFeatures.all), nodeHost());
