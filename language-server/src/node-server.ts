/** The server itself, behind {@link ./node.ts}. */
import { flushCompileCache } from 'node:module';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { nodeHost } from './node-host.ts';
import { createServer } from './server.ts';

/** Milliseconds until the start is over and what was compiled is written down: a client ends the server by a signal. */
const started = 10_000;

const host = nodeHost();
createServer(createConnection(ProposedFeatures.all), host);
host.after(started, () => flushCompileCache?.());
