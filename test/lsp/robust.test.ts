import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { check, emptyWorld, type World } from '@otaplan/language';
import { afterEach, describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, now, serverSource } from './client.ts';

/** Pseudo-random numbers, the same for the same seed (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const start = `product meter {
  key "p1WM01"
  component modem: module "FOTA"
}

devices pilot of meter {
  866123040000010
}

plan "A" {
  product   meter
  effective 2026-12-01 00:00 to 2026-12-15 00:00 in "Europe/Berlin"
  targets { include pilot }
  upgrade modem to "2.4.0"
  mode silent
}

plan "B" {
  product   meter
  effective 2026-12-20 00:00 to 2026-12-15 00:00 in "Europe/Berlin"
  targets all
  upgrade modem to "2.4.0"
  mode silent
  allow SAFE002 because "A desk"
}
`;

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

  it.each([1, 2, 3])('says after random typing what a fresh check of the final text says (seed %i)', async (seed) => {
    const random = seeded(seed);
    client = await LspClient.start();
    const uri = 'untitled:fuzz';
    await client.open(uri, start);
    let text = TextDocument.create(uri, 'otaplan', 1, start);
    const bits = [
      '{',
      '}',
      '"',
      '\n',
      '/*',
      '*/',
      '//',
      'plan "A" {\n',
      'retry 5 times\n',
      '2.4',
      'pilot',
      '\r\n',
      '😀',
      '\ud800',
      'x',
    ];
    for (let version = 2; version <= 120; version++) {
      const length = text.getText().length;
      const from = random(length + 1);
      const to = Math.min(length, from + (random(3) === 0 ? random(60) : 0));
      const change = {
        range: { start: text.positionAt(from), end: text.positionAt(to) },
        text: bits[random(bits.length)] ?? '',
      };
      text = TextDocument.update(text, [change], version);
      await client.change(uri, version, [change]);
      if (random(10) === 0) {
        // Requests in the middle of broken text must be answered, whatever the answer.
        const position = text.positionAt(random(text.getText().length + 1));
        const params = { textDocument: { uri }, position };
        await client.request('textDocument/completion', params);
        await client.request('textDocument/hover', params);
        await client.request('textDocument/signatureHelp', params);
        await client.request('textDocument/documentSymbol', params);
        await client.request('textDocument/foldingRange', params);
        await client.request('textDocument/semanticTokens/full', params);
        await client.request('textDocument/selectionRange', { textDocument: { uri }, positions: [position] });
        const options = { tabSize: 2, insertSpaces: true };
        await client.request('textDocument/formatting', { textDocument: { uri }, options });
        const range = { start: position, end: position };
        await client.request('textDocument/codeAction', { textDocument: { uri }, range, context: { diagnostics: [] } });
        await client.request('textDocument/inlayHint', { textDocument: { uri }, range });
      }
    }
    const world: World = { ...emptyWorld(now), isInside: (each) => each.startsWith('untitled:') };
    const fresh = check({ files: new Map([[uri, text.getText()]]) }, world).findings;
    const said = (code: unknown, range: unknown, message: unknown) => JSON.stringify([code, range, message]);
    const wanted = fresh.map(({ code, range, message }) => said(code, range, message)).sort();
    const got = (all: readonly { code?: unknown; range: unknown; message: unknown }[]) =>
      all
        .map(({ code, range, message }) => said(code, range, message))
        .sort()
        .join('\n');
    await client.until(
      uri,
      (all, version) => version === 120 && got(all) === wanted.join('\n'),
      `the findings ${wanted.join('\n')}`,
    );
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
    client = await LspClient.start({ command: [process.execPath, '--max-old-space-size=72', serverSource, '--stdio'] });
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
    first.process.kill('SIGKILL');
    client = await LspClient.start({ folders });
    await client.until(uri, (all) => JSON.stringify(all) === before);
  });
});
