import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Message } from 'vscode-jsonrpc';
import type { PublishDiagnosticsParams } from 'vscode-languageserver-protocol';

const root = path.resolve(import.meta.dirname, '../..');
let worker: Worker;
const failures: string[] = [];
const messages: (Message & { id?: number; method?: string; params?: unknown; result?: unknown })[] = [];

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

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'language-server/src/worker.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2024',
    logLevel: 'silent',
  });
  worker = new Worker(browser, { eval: true, workerData: outputFiles[0]?.text ?? '' });
  worker.on('message', (message) => messages.push(message));
  worker.on('error', (error) => failures.push(String(error)));
});
afterAll(async () => {
  await worker.terminate();
});

const when = async <T>(find: () => T | undefined): Promise<T> => {
  for (let round = 0; round < 400; round++) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`Waited in vain; ${failures.join()} ${JSON.stringify(messages).slice(0, 500)}`);
};

it('answers in a Web Worker, and asks the client for files', async () => {
  const send = (message: object) => worker.postMessage({ jsonrpc: '2.0', ...message });
  const initializationOptions = { files: true, now: Date.UTC(2026, 10, 24, 10) };
  const workspaceFolders = [{ uri: 'vscode-test-web://mount', name: 'mount' }];
  send({
    id: 1,
    method: 'initialize',
    params: { processId: null, rootUri: null, capabilities: {}, workspaceFolders, initializationOptions },
  });
  await when(() => messages.find(({ id, result }) => id === 1 && result));
  send({ method: 'initialized', params: {} });
  const asked = await when(() => messages.find(({ method }) => method === 'otaplan/findFiles'));
  send({ id: asked.id, result: { uris: ['vscode-test-web://mount/a.otaplan'] } });
  const read = await when(() => messages.find(({ method }) => method === 'otaplan/readFile'));
  const text = readFileSync(path.join(root, 'examples/water-meter/spring.otaplan'), 'utf8').replace('import', 'imprt');
  send({ id: read.id, result: { text: { kind: 'good', value: text } } });
  const said = await when(() => messages.find(({ method }) => method === 'textDocument/publishDiagnostics'));
  expect((said.params as PublishDiagnosticsParams).diagnostics.length).toBeGreaterThan(0);
});
