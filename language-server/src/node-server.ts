/** The server itself, behind {@link ./node.ts}. */
import { flushCompileCache } from 'node:module';
import {
  createConnection,
  type DataCallback,
  type Disposable,
  Message,
  ProposedFeatures,
  StreamMessageReader,
} from 'vscode-languageserver/node';
import { FindingsWriter } from './findings-writer.ts';
import { nodeHost } from './node-host.ts';
import { saveMemory } from './node-memory.ts';
import { createServer } from './server.ts';

/** Milliseconds until the start is over and what was compiled is written down: a client ends the server by a signal. */
const started = 10_000;

/** Reads messages, and notes whether the client announced the end. */
class Reader extends StreamMessageReader {
  announced = false;

  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      if (Message.isRequest(message) && message.method === 'shutdown') this.announced = true;
      callback(message);
    });
  }
}

const host = nodeHost();
const all = { ...host, opened: () => saveMemory(host.after) };
createServer(process.argv.includes('--stdio') ? overStdio() : createConnection(ProposedFeatures.all), all);
host.after(started, () => flushCompileCache?.());

function overStdio() {
  const { stdin, stdout } = process;
  const reader = new Reader(stdin);
  // A client that is gone without a word takes the server with it; as LSP says, all is well if it said `shutdown` before.
  for (const gone of ['end', 'close']) stdin.on(gone, () => process.exit(reader.announced ? 0 : 1));
  return createConnection(ProposedFeatures.all, reader, new FindingsWriter(stdout));
}
