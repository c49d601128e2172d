import { spawn } from 'node:child_process';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import {
  IPCMessageReader,
  IPCMessageWriter,
  type MessageReader,
  type MessageWriter,
  PortMessageReader,
  PortMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

const root = path.resolve(import.meta.dirname, '../..');
const serverSource = path.join(root, 'language-server/src/node.ts');

export type TransportName = 'stdio' | 'ipc' | 'worker';

/** A server that runs, and the two ends of the wire to it. */
export interface Transport {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  /** Comes when the server is gone. */
  readonly gone: Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): void;
  /** What it said on its standard error. */
  errors(): string;
}

/** @param flags options of Node for the server's process */
export async function startServer(name: TransportName, flags: readonly string[] = []): Promise<Transport> {
  return name === 'worker' ? inWorker() : inProcess(name, flags);
}

function inProcess(name: 'stdio' | 'ipc', flags: readonly string[]): Transport {
  const isIpc = name === 'ipc';
  const child = spawn(process.execPath, [...flags, serverSource, isIpc ? '--node-ipc' : '--stdio'], {
    stdio: isIpc ? ['ignore', 'ignore', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const common = {
    gone: new Promise<void>((resolve) => child.once('exit', () => resolve())),
    kill: () => void child.kill('SIGKILL'),
    errors: () => errors,
  };
  if (isIpc) return { ...common, reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) };
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('The server has no pipes.');
  return { ...common, reader: new StreamMessageReader(stdout), writer: new StreamMessageWriter(stdin) };
}

/** A worker of Node that looks like one of a browser to what runs in it: nothing of Node but messages. */
const browser = `
  const { parentPort, workerData } = require('node:worker_threads');
  const listeners = [];
  const scope = {
    postMessage: (message) => parentPort.postMessage(message),
    onmessage: null,
    addEventListener: (type, listener) => type === 'message' && listeners.push(listener),
  };
  parentPort.on('message', (data) => [scope.onmessage, ...listeners].forEach((listen) => listen?.({ data })));
  const names = ['self', 'globalThis', 'process', 'require', 'module', 'Buffer'];
  const global = new Proxy(globalThis, { get: (target, name) => (name in scope ? scope[name] : name === 'process' ? undefined : Reflect.get(target, name)), set: (_, name, value) => { scope[name] = value; return true; } });
  new Function(...names, workerData)(global, global, undefined, undefined, undefined, undefined);
`;

async function inWorker(): Promise<Transport> {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'language-server/src/worker.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2024',
    logLevel: 'silent',
  });
  const worker = new Worker(browser, { eval: true, workerData: outputFiles[0]?.text ?? '' });
  let errors = '';
  worker.on('error', (error) => {
    errors += String(error);
  });
  return {
    reader: new PortMessageReader(worker),
    writer: new PortMessageWriter(worker),
    gone: new Promise((resolve) => worker.once('exit', () => resolve())),
    kill: () => void worker.terminate(),
    errors: () => errors,
  };
}
