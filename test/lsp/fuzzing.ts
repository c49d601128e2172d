import { check, emptyWorld, type World } from '@otaplan/language';
import type { Diagnostic } from 'vscode-languageserver-protocol';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type LspClient, now } from './client.ts';

/** Pseudo-random numbers below a bound, the same for the same seed (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export const start = `product meter {
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

/** What is typed: pieces that open, close, break and mend. */
const bits = [
  ...['{', '}', '"', '\n', '/*', '*/', '//', '\r\n', '\r', '😀', '\ud800', '\0', 'x', ',', ':', '%', '2.4', '//host/'],
  ...[
    'plan "A" {\n',
    'retry 5 times\n',
    'pilot',
    'import "//a"\n',
    'devices x of meter {\n',
    'in "Asia/Tokyo"',
    '2026-12-01 ',
  ],
];

/** Sends one request of any kind at a place; every answer, a refusal too, is one. */
async function anyRequest(client: LspClient, document: TextDocument, random: (below: number) => number): Promise<void> {
  const textDocument = { uri: document.uri };
  const place = () => document.positionAt(random(document.getText().length + 1));
  const position = place();
  const range = { start: position, end: place() };
  const options = { tabSize: 2, insertSpaces: true };
  const requests: readonly (readonly [string, object])[] = [
    ['textDocument/completion', {}],
    ['textDocument/hover', {}],
    ['textDocument/signatureHelp', {}],
    ['textDocument/definition', {}],
    ['textDocument/references', { context: { includeDeclaration: true } }],
    ['textDocument/documentHighlight', {}],
    ['textDocument/linkedEditingRange', {}],
    ['textDocument/prepareRename', {}],
    ['textDocument/rename', { newName: 'other' }],
    ['textDocument/documentSymbol', {}],
    ['textDocument/foldingRange', {}],
    ['textDocument/selectionRange', { positions: [position] }],
    ['textDocument/documentLink', {}],
    ['textDocument/inlayHint', { range }],
    ['textDocument/semanticTokens/full', {}],
    ['textDocument/semanticTokens/range', { range }],
    ['textDocument/codeLens', {}],
    ['textDocument/codeAction', { range, context: { diagnostics: [] } }],
    ['textDocument/formatting', { options }],
    ['textDocument/rangeFormatting', { range, options }],
    ['textDocument/onTypeFormatting', { ch: '}', options }],
    ['workspace/symbol', { query: 'a' }],
    ['otaplan/plans', { uri: document.uri }],
    ['otaplan/compile', { uri: document.uri }],
  ];
  const [method, more] = requests[random(requests.length)] ?? ['textDocument/hover', {}];
  await client.request(method, { textDocument, position, ...more }).catch((error: unknown) => {
    // A refusal says what is wrong with the question; anything else is a mistake of the server.
    const said = String(error);
    if (/failed with message|disposed|closed/.test(said)) throw new Error(`${method}: ${said}`);
  });
}

/**
 * Types at random into a document over a connection, asks at random between, and waits for the findings of the final text.
 * Throws when they are not those of a fresh check, or when a request fails.
 */
export async function fuzzOver(client: LspClient, edits: number, random: (below: number) => number): Promise<void> {
  const uri = `untitled:fuzz-${random(1_000_000)}`;
  let document = TextDocument.create(uri, 'otaplan', 1, start);
  await client.open(uri, start);
  for (let version = 2; version <= edits; version++) {
    const { length } = document.getText();
    const from = random(length + 1);
    const to = Math.min(length, from + (random(3) === 0 ? random(60) : 0));
    const text = bits[random(bits.length)] ?? '';
    const change = { range: { start: document.positionAt(from), end: document.positionAt(to) }, text };
    document = TextDocument.update(document, [change], version);
    await client.change(uri, version, [change]);
    if (random(3) === 0) await anyRequest(client, document, random);
  }
  // A document that was never saved has no folder: whatever it names lies outside.
  const world: World = { ...emptyWorld(now), isInside: () => false };
  const fresh = check({ files: new Map([[uri, document.getText()]]) }, world).findings;
  const wanted = said(fresh);
  const isWanted = (all: readonly Diagnostic[], version: number | undefined) =>
    version === edits && said(all.filter(({ code }) => code !== 'SYN012')) === wanted;
  await client.until(uri, isWanted, `the findings ${wanted} of ${JSON.stringify(document.getText())}`);
  await client.notify('textDocument/didClose', { textDocument: { uri } });
  await client.until(uri, (all) => all.length === 0);
}

function said(all: readonly { readonly code?: unknown; readonly range: unknown; readonly message: unknown }[]): string {
  return all
    .map(({ code, range, message }) => JSON.stringify([code, range, message]))
    .sort()
    .join('\n');
}
