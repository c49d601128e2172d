/** The server itself, behind {@link ./node.ts}. */
import { flushCompileCache } from 'node:module';
import { createConnection, ProposedFeatures, StreamMessageReader } from 'vscode-languageserver/node';
import { FindingsWriter } from './findings-writer.ts';
import { nodeHost } from './node-host.ts';
import { createServer } from './server.ts';

/** Milliseconds until the start is over and what was compiled is written down: a client ends the server by a signal. */
const started = 10_000;

const host = nodeHost();
createServer(process.argv.includes('--stdio') ? overStdio() : createConnection(ProposedFeatures.all), host);
host.after(started, () => flushCompileCache?.());

function overStdio() {
  const { stdin, stdout } = process;
  // A client that is gone without a word takes the server with it.
  for (const gone of ['end', 'close']) stdin.on(gone, () => process.exit(1));
  return createConnection(ProposedFeatures.all, new StreamMessageReader(stdin), new FindingsWriter(stdout));
}
