import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { StreamMessageReader } from 'vscode-languageserver/node';
import { encoded, FindingsWriter } from './findings-writer.ts';

const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 4 } });
const findings = [
  { range: at(1), message: 'Zähler “a” 😀' },
  { range: at(2), message: 'b' },
];
const read = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));

it('writes messages as JSON, whatever they say', () => {
  for (const diagnostics of [findings, findings.slice(0, 1), [], [...findings, ...findings]]) {
    const message = {
      jsonrpc: '2.0',
      method: 'textDocument/publishDiagnostics',
      params: { uri: 'file:///a.otaplan', version: 3, diagnostics },
    };
    expect(read(encoded(message))).toEqual(message);
  }
  const other = { jsonrpc: '2.0', id: 1, result: { label: 'é' } };
  expect(read(encoded(other))).toEqual(other);
});

it('writes messages one after another, as a reader of the protocol expects', async () => {
  const pipe = new PassThrough();
  const writer = new FindingsWriter(pipe);
  const messages = ['é', 'b', '“c”'].map((label, id) => ({ jsonrpc: '2.0', id, result: { label } }));
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    new StreamMessageReader(pipe).listen((message) => {
      heard.push(message);
      if (heard.length === messages.length) resolve();
    });
  });
  await Promise.all(messages.map((message) => writer.write(message)));
  await all;
  expect(heard).toEqual(messages);
});
