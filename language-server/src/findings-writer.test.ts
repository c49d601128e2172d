import { expect, it } from 'vitest';
import { encoded } from './findings-writer.ts';

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
