import { readdirSync, readFileSync } from 'node:fs';
import { AstUtils, GrammarAST, GrammarUtils, isAstNode } from 'langium';
import { describe, expect, it } from 'vitest';
import { OtaplanGrammar } from '../generated/grammar.ts';
import { fuzzSources } from '../incremental/fuzz-sources.ts';
import { randomEdit, seeded } from '../incremental/random-edits.ts';
import { createOtaplanServices } from '../services.ts';
import { cutBlocks } from './blocks.ts';
import { LangiumReader } from './langium-reader.ts';
import { parsePiece } from './problems.ts';
import { renderReader } from './reader-source.ts';
import { SourceParser } from './source.ts';

const services = createOtaplanServices();
const parser = new SourceParser(() => new LangiumReader(services));
const keywords = [...AstUtils.streamAllContents(OtaplanGrammar()).filter(GrammarAST.isKeyword)].map(
  ({ value }) => value,
);
const fixtures = new URL('../../fixtures/', import.meta.url);

/** What a piece comes to, by the reader where it can, with every place that somebody may ask for. */
function byReader(text: string): unknown {
  const block = parser.parseBlock(text);
  const { broken, comments } = block;
  return broken ? 'broken' : { comments, tree: told(block.root, (node, what) => block.find(node, what)) };
}

/** The same by Langium's parser alone. */
function byLangium(text: string): unknown {
  const { tree, broken, comments } = parsePiece(text, services);
  if (broken) return 'broken';
  const find: Find = (node, { property, index, keyword }) => {
    const cst = node.$cstNode;
    if (property !== undefined) return GrammarUtils.findNodeForProperty(cst, property, index);
    return keyword === undefined ? cst : GrammarUtils.findNodeForKeyword(cst, keyword);
  };
  return { comments, tree: told(tree, find) };
}

type Node = ReturnType<typeof parsePiece>['tree'];
type Find = (
  node: Node,
  what: { property?: string; index?: number; keyword?: string },
) => { start?: number; offset?: number; end: number } | undefined;

function told(node: Node, find: Find): unknown {
  const place = (what: Parameters<Find>[1]) => {
    const found = find(node, what);
    return found && [found.start ?? found.offset, found.end];
  };
  const properties = Object.entries(node).filter(([name, value]) => !name.startsWith('$') && value !== undefined);
  return {
    type: node.$type,
    whole: place({}),
    words: keywords.map((keyword) => place({ keyword })),
    container: [node.$container?.$type, node.$containerProperty, node.$containerIndex],
    properties: Object.fromEntries(
      properties.map(([name, value]) => {
        const tell = (each: unknown) => (isAstNode(each) ? told(each, find) : each);
        if (!Array.isArray(value)) return [name, [tell(value), place({ property: name })]];
        return [name, value.map((each, index) => [tell(each), place({ property: name, index })])];
      }),
    ),
  };
}

function compare(text: string): void {
  for (const { start, end } of cutBlocks(text)) {
    const piece = text.slice(start, end);
    expect(byReader(piece), piece).toEqual(byLangium(piece));
  }
}

describe('the reader', { timeout: 120_000 }, () => {
  it('is that of the grammar (else run `pnpm --filter @otaplan/language generate`)', () => {
    const committed = readFileSync(new URL('../generated/reader.ts', import.meta.url), 'utf8');
    expect(renderReader(OtaplanGrammar())).toBe(committed);
  });

  it('reads every fixture as Langium does', () => {
    const names = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(otaplan|fixture|txt)$/.test(name),
    );
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) compare(readFileSync(new URL(name, fixtures), 'utf8'));
  });

  it('reads keywords and terminals as names, unusual blanks and comments as Langium does', () => {
    for (const word of [...keywords, 'STRING', 'NAME', 'KEYS', 'é', 'a\u0301', 'x-1', 'a.b']) {
      compare(`product ${word} { component ${word}: mcu "a" }`);
      compare(
        `plan "a" {\u00a0upgrade ${word} to "1" /* x */ from 2024-01-02, 2, "b" // y\n targets { include ${word}, "k", 12 } }`,
      );
      compare(`devices ${word} of ${word} { ${word} }`);
    }
    for (const text of [
      '',
      '}',
      '{',
      'devices devices of devices {}',
      'plan "a\\"b" { retry +5 times }',
      'plan "x" { effective 2026-1-2 1:00 +02:00 to 2026-01-02T10:00Z in +02:00 }',
    ])
      compare(text);
  });

  it.each([1, 2, 3, 4])('reads texts with random edits as Langium does (seed %i)', (seed) => {
    const random = seeded(seed);
    for (const source of fuzzSources.values()) {
      let text = source;
      for (let edit = 0; edit < 40; edit++) {
        const { start, oldEnd, insert } = randomEdit(text, random);
        text = text.slice(0, start) + insert + text.slice(oldEnd);
        compare(text);
        if (random(4) === 0) text = source;
      }
    }
  });
});
