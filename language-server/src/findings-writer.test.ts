import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { Diagnostic } from 'vscode-languageserver';
import { StreamMessageReader } from 'vscode-languageserver/node';
import { encoded, FindingsWriter } from './findings-writer.ts';

const at = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 4 } });
const findings = [
  { range: at(1), message: 'Zähler “a” 😀' },
  { range: at(2), message: 'b' },
];
const read = (pieces: readonly Uint8Array[]): unknown => JSON.parse(Buffer.concat(pieces).toString('utf8'));
const published = (diagnostics: readonly Diagnostic[]) => ({
  jsonrpc: '2.0',
  method: 'textDocument/publishDiagnostics',
  params: { uri: 'file:///a.otaplan', version: 3, diagnostics },
});

it('writes messages as JSON, whatever they say', () => {
  for (const diagnostics of [findings, findings.slice(0, 1), [], [...findings, ...findings]]) {
    const message = published(diagnostics);
    expect(read(encoded(message))).toEqual(message);
  }
  const other = { jsonrpc: '2.0', id: 1, result: { label: 'é' } };
  expect(read(encoded(other))).toEqual(other);
});

it('writes findings in ASCII, which is read several times as fast', () => {
  const bytes = Buffer.concat(encoded(published(findings)));
  expect(bytes.every((byte) => byte < 128)).toBe(true);
});

it('writes long lists, whatever of them changed, and again only what did', () => {
  const finding = (line: number): Diagnostic => ({ range: at(line), message: `Nr. ${line}` });
  let list = Array.from({ length: 300 }, (_, line) => finding(line));
  let before = encoded(published(list));
  const edits: ((all: readonly Diagnostic[]) => Diagnostic[])[] = [
    (all) => all.with(100, finding(1000)),
    (all) => all.toSpliced(0, 1),
    (all) => all.toSpliced(70, 0, finding(1001), finding(1002)),
    (all) => all.toSpliced(200, 50),
    (all) => [...all, finding(1003)],
  ];
  for (const edit of edits) {
    list = edit(list);
    const pieces = encoded(published(list));
    expect(read(pieces)).toEqual(published(list));
    expect(pieces.filter((piece) => before.includes(piece)).length).toBeGreaterThan(2);
    before = pieces;
  }
  const reversed = list.toReversed();
  expect(read(encoded(published(reversed)))).toEqual(published(reversed));
});

it('writes messages one after another, as a reader of the protocol expects', async () => {
  const pipe = new PassThrough();
  const writer = new FindingsWriter(pipe);
  const answers = ['é', 'b', '“c”'].map((label, id) => ({ jsonrpc: '2.0', id, result: { label } }));
  const messages = [...answers, published(findings), published([...findings, ...findings])];
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
