import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PlansResult } from '@otaplan/language-server/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { LSPErrorCodes } from 'vscode-languageserver-protocol';
import { LspClient } from './client.ts';
import { fuzzOver, seeded, start } from './fuzzing.ts';

describe('a server that is treated badly', () => {
  let client: LspClient | undefined;
  let folder = '';
  afterEach(async () => {
    expect(client?.problems ?? []).toEqual([]);
    await client?.stop();
    if (folder) await rm(folder, { recursive: true });
    folder = '';
    client = undefined;
  });

  it.each([1, 2, 3])('says after random typing and asking what a fresh check says (seed %i)', async (seed) => {
    client = await LspClient.start();
    await fuzzOver(client, 120, seeded(seed));
  });

  it('survives bytes of any kind', async () => {
    const random = seeded(7);
    client = await LspClient.start();
    for (let round = 0; round < 15; round++) {
      const bytes = Uint8Array.from({ length: 3000 }, () => random(256));
      const text = new TextDecoder(round % 2 === 0 ? 'utf-8' : 'latin1').decode(bytes);
      const uri = `untitled:bytes-${round}`;
      await client.open(uri, text);
      await client.until(uri, () => true);
      await client.request('textDocument/documentSymbol', { textDocument: { uri } });
      await client.notify('textDocument/didClose', { textDocument: { uri } });
    }
  });

  it('does not grow with edits: what it kept of each would not fit', async () => {
    // Keeping the text of every version would take some 100 MB.
    client = await LspClient.start({ flags: ['--max-old-space-size=72'] });
    const uri = 'untitled:growth';
    const text = Array.from({ length: 60 }, (_, i) =>
      start
        .replaceAll('"A"', `"A${i}"`)
        .replaceAll('"B"', `"B${i}"`)
        .replaceAll('meter', `meter_${i}`)
        .replaceAll('pilot', `pilot_${i}`),
    ).join('\n');
    await client.open(uri, text);
    const last = 3000;
    for (let version = 2; version <= last; version++) {
      const at = { line: (version * 7) % 1000, character: 0 };
      const range = { start: at, end: { ...at, character: version % 2 } };
      await client.change(uri, version, [{ range, text: version % 2 ? '' : ' ' }]);
      if (version % 100 === 0) await client.until(uri, (_, said) => said === version);
    }
    await client.until(uri, (_, version) => version === last);
  });

  it('loses nothing when it is killed and started again', async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'otaplan-killed-'));
    await writeFile(path.join(folder, 'a.otaplan'), start);
    const uri = pathToFileURL(path.join(folder, 'a.otaplan')).href;
    const folders = [pathToFileURL(folder).href];
    const first = await LspClient.start({ folders });
    await first.until(uri, (all) => all.some(({ code }) => code === 'TIME004'));
    const before = JSON.stringify(first.diagnostics(uri));
    await first.kill();
    client = await LspClient.start({ folders });
    await client.until(uri, (all) => JSON.stringify(all) === before);
  });

  it('goes on after messages that are no messages', async () => {
    client = await LspClient.start();
    const uri = 'untitled:odd';
    await client.open(
      uri,
      'import "//host/x"\nimport "%zz"\ndevices x of y from "http://a/b"\nplan "A" {\n  efective\n}\n',
    );
    await client.until(uri, (all) => all.some(({ code }) => code === 'SYN003'));
    const odd: readonly (readonly [string, unknown])[] = [
      ['textDocument/didOpen', {}],
      [
        'textDocument/didOpen',
        { textDocument: { uri: 'file:///%zz', languageId: 'otaplan', version: 1, text: 'plan' } },
      ],
      ['textDocument/didOpen', { textDocument: { uri: '', languageId: 'otaplan', version: 1, text: 'import "a"' } }],
      [
        'textDocument/didChange',
        { textDocument: { uri: 'file:///not-open', version: 1 }, contentChanges: [{ text: '' }] },
      ],
      ['textDocument/didClose', {}],
      [
        'workspace/didChangeWatchedFiles',
        {
          changes: [
            { uri: 'no address', type: 1 },
            { uri: 5, type: 3 },
          ],
        },
      ],
      ['workspace/didRenameFiles', { files: [{ oldUri: 'x', newUri: null }] }],
      ['workspace/didChangeWorkspaceFolders', { event: { added: [{ uri: null }], removed: [] } }],
      ['workspace/didChangeConfiguration', { settings: 'none' }],
      ['otaplan/catalogue', { center: 'x', packages: { kind: 'good' } }],
      [
        'otaplan/catalogue',
        { center: 'x', plans: { kind: 'good', value: [{ name: 'A', status: 'upgrading', plan: {} }] } },
      ],
      ['otaplan/deployedPlans', { plans: [{}] }],
      ['otaplan/unheardOf', null],
    ];
    for (const [method, params] of odd) await client.notify(method, params);
    await expect(client.request('otaplan/compile', {})).rejects.toThrow('uri');
    await expect(client.request('otaplan/print', { plan: { name: 'A' } })).rejects.toThrow('plan.');
    await expect(client.request('otaplan/unheardOf', {})).rejects.toThrow();
    await expect(client.request('textDocument/hover', {})).rejects.toThrow();
    await client.change(uri, 2, [{ text: 'plan "A" {\n  retri 5 times\n}\n' }]);
    await client.until(uri, (all, version) => version === 2 && all.some(({ code }) => code === 'SYN003'));
  });

  it('takes any position for a place in the text: within a pair, before, beyond, and no number at all', async () => {
    client = await LspClient.start();
    const uri = 'untitled:places';
    const text = '// 😀\nplan "😀" {\n  retry 5 times\n}\n';
    await client.open(uri, text);
    const odd = [-1, 0, 1, 3, 4, 5, 7, 1e9, 2 ** 31, 0.5, null, 'x'];
    const requests =
      'hover completion definition documentHighlight signatureHelp prepareRename linkedEditingRange'.split(' ');
    for (const line of odd) {
      for (const character of odd) {
        const position = { line, character };
        const params = {
          textDocument: { uri },
          position,
          range: { start: position, end: position },
          positions: [position],
        };
        // A refusal is an answer too; what is sent has to be LSP in any case.
        const all = [...requests, 'selectionRange', 'inlayHint', 'semanticTokens/range'];
        await Promise.all(all.map((name) => client?.request(`textDocument/${name}`, params).catch(() => undefined)));
      }
    }
    // An edit in the middle of a pair leaves two halves; taking it back makes the pair whole.
    const inPair = { line: 0, character: 4 };
    await client.change(uri, 2, [{ range: { start: inPair, end: inPair }, text: 'x' }]);
    await client.until(uri, (all, version) => version === 2 && all.some(({ code }) => code === 'SYN007'));
    await client.change(uri, 3, [{ range: { start: inPair, end: { line: 0, character: 5 } }, text: '' }]);
    await client.until(uri, (all, version) => version === 3 && !all.some(({ code }) => code === 'SYN007'));
    // Before the beginning is the beginning, and an end before its start is swapped with it.
    const turned = { start: { line: 9, character: -3 }, end: { line: -2, character: 1e9 } };
    await client.change(uri, 4, [{ range: turned, text: 'plan "B" {\n  retri 5 times\n}\n' }]);
    await client.until(
      uri,
      (all, version) => version === 4 && all.some(({ code, range }) => code === 'SYN003' && range.start.line === 1),
    );
  });

  it('follows rings of links once, reads no link that leads out, and lives with any bytes on disk', async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'otaplan-links-'));
    const outside = await mkdtemp(path.join(os.tmpdir(), 'otaplan-out-'));
    const random = seeded(11);
    await writeFile(path.join(outside, 'far.otaplan'), 'plan "Far" {\n  efective\n}\n');
    await mkdir(path.join(folder, 'a/b'), { recursive: true });
    await symlink('..', path.join(folder, 'a/b/up'));
    await symlink('self', path.join(folder, 'self'));
    await symlink(outside, path.join(folder, 'out'));
    await writeFile(path.join(folder, 'a/b/in.otaplan'), 'plan "In" {\n  efective\n}\n');
    await writeFile(
      path.join(folder, 'bytes.otaplan'),
      Uint8Array.from({ length: 5000 }, () => random(256)),
    );
    await mkdir(path.join(folder, 'folder.otaplan'));
    client = await LspClient.start({ folders: [pathToFileURL(folder).href] });
    const uri = (name: string) => pathToFileURL(path.join(folder, name)).href;
    await client.until(uri('a/b/in.otaplan'), (all) => all.some(({ code }) => code === 'SYN003'));
    await client.until(uri('bytes.otaplan'), (all) => all.some(({ code }) => code === 'SYN007'));
    const { plans } = await client.request<PlansResult>('otaplan/plans', {});
    expect(plans.map(({ name }) => name)).not.toContain('Far');
    expect(plans.filter(({ name }) => name === 'In').length).toBe(1);
    await rm(outside, { recursive: true });
  });

  it('answers a cancelled request as cancelled', async () => {
    client = await LspClient.start();
    const uri = 'untitled:long';
    const text = Array.from(
      { length: 1500 },
      (_, i) => `package "${i}" { for module version "1.${i}" file "a.bin" }\n`,
    ).join('');
    await client.open(uri, text);
    await client.until(uri, () => true);
    const textDocument = { uri };
    const options = { tabSize: 2, insertSpaces: true };
    const source = new CancellationTokenSource();
    const cancelled = client.connection.sendRequest('textDocument/formatting', { textDocument, options }, source.token);
    source.cancel();
    const refused = await cancelled.then(
      () => 'answered',
      (error: { code: number }) => error.code,
    );
    expect(refused).toBe(LSPErrorCodes.RequestCancelled);
  });
});
