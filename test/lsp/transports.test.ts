import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  CompileResult,
  FileFactsParams,
  FindFilesParams,
  ListFolderParams,
  ReadFileParams,
} from '@otaplan/language-server/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionList, Hover, TextEdit } from 'vscode-languageserver-protocol';
import { type ClientOptions, LspClient } from './client.ts';
import { at } from './desk.ts';

const examples = path.resolve(import.meta.dirname, '../../examples/water-meter');
const mount = 'vscode-test-web://mount';
const files = new Map(
  ['spring.otaplan', 'catalog.otaplan'].map((name) => [
    `${mount}/${name}`,
    readFileSync(path.join(examples, name), 'utf8'),
  ]),
);
const spring = files.get(`${mount}/spring.otaplan`) ?? '';
const good = (value: unknown) => ({ kind: 'good', value });

/** Answers for files as an editor in a browser does. */
function answer(method: string, params: unknown): unknown {
  switch (method) {
    case 'otaplan/findFiles':
      return { uris: (params as FindFilesParams).folder === mount ? [...files.keys()] : [] };
    case 'otaplan/readFile': {
      const text = files.get((params as ReadFileParams).uri) ?? 'device_key\n866123040000036\n';
      return { text: good(text) };
    }
    case 'otaplan/fileFacts': {
      const bytes = readFileSync(path.join(examples, (params as FileFactsParams).uri.slice(mount.length)));
      return { facts: good({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }) };
    }
    case 'otaplan/listFolder':
      return { names: (params as ListFolderParams).uri === `${mount}/lists` ? ['berlin.csv', 'old/'] : [] };
    default:
      return null;
  }
}

const browser: ClientOptions = { folders: [mount], initializationOptions: { files: true }, answer };

describe('the same server', () => {
  let client: LspClient | undefined;
  afterEach(async () => {
    expect(client?.problems).toEqual([]);
    // A worker has no process to leave: who made it ends it.
    await client?.kill();
    client = undefined;
  });

  it.each([
    ['over stdio', { transport: 'stdio' }],
    ['over the channel of Node', { transport: 'ipc' }],
    ['in a Web Worker', { transport: 'worker' }],
  ] as const)('answers %s', async (_, options) => {
    client = await LspClient.start(options);
    const uri = 'untitled:spring';
    await client.open(uri, 'plan "A" {\n  efective\n  mode silent\n}\n');
    await client.until(uri, (all) => all.some(({ code }) => code === 'SYN003'));
    await client.change(uri, 2, [
      { range: { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } }, text: '' },
    ]);
    await client.until(uri, (all, version) => version === 2 && !all.some(({ code }) => code === 'SYN003'));
    const params = { textDocument: { uri }, position: { line: 1, character: 4 } };
    const hover = await client.request<Hover | null>('textDocument/hover', params);
    expect(JSON.stringify(hover)).toContain('mode <kind>');
    const options_ = { tabSize: 2, insertSpaces: true };
    const edits = await client.request<TextEdit[]>('textDocument/formatting', { ...params, options: options_ });
    expect(edits).toEqual([]);
  });

  it('in a Web Worker works with files that the client reads', async () => {
    client = await LspClient.start({ ...browser, transport: 'worker' });
    const uri = `${mount}/spring.otaplan`;
    await client.open(uri, spring);
    const compiled = await client.request<CompileResult>('otaplan/compile', { uri });
    expect(compiled.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(compiled.plans[0]?.packages[0]?.files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const text = 'import "catalog.otaplan"\n\ndevices x of water_meter from "lists/"\n';
    await client.open(`${mount}/scratch.otaplan`, text);
    const list = await client.request<CompletionList>('textDocument/completion', {
      textDocument: { uri: `${mount}/scratch.otaplan` },
      position: at(text, '"lists/', 7),
    });
    expect(list.items.map(({ label }) => label)).toEqual(['"lists/berlin.csv"', '"lists/old/"']);
  });
});
