import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createOtaplanServices } from '@otaplan/language';
import { describe, expect, test } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

/**
 * The colours an editor shows before the language server has answered come from a TextMate grammar, a second description of the
 * language. Here the two are held against each other: what the parser read as a keyword, a text or a number must be coloured as one.
 */
const root = path.join(import.meta.dirname, '../..');
const grammarFile = path.join(root, 'extension/syntaxes/otaplan.tmLanguage.json');

const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(Uint8Array.from(wasm).buffer);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, 'utf8'), grammarFile),
});
const grammar = await registry.loadGrammar('source.otaplan');
if (!grammar) throw new Error('There is no grammar for source.otaplan.');

/** The scopes of every character, as one text for each. */
function scopesOf(text: string): readonly string[] {
  const scopes: string[] = [];
  let stack = textmate.INITIAL;
  for (const line of text.split('\n')) {
    const result = grammar?.tokenizeLine(line, stack);
    if (!result) break;
    for (const token of result.tokens) {
      for (let at = token.startIndex; at < token.endIndex && at < line.length; at++) {
        scopes.push(token.scopes.slice(1).join(' '));
      }
    }
    scopes.push('');
    stack = result.ruleStack;
  }
  return scopes;
}

interface Concrete {
  readonly offset: number;
  readonly end: number;
  readonly content?: readonly Concrete[];
  readonly grammarSource?: { readonly $type: string } | undefined;
  readonly tokenType?: { readonly name: string };
}

const services = createOtaplanServices();

/** What the parser took each word for: a keyword, or the name of its terminal. */
function wordsOf(text: string): readonly { readonly kind: string; readonly start: number; readonly end: number }[] {
  const parsed = services.parser.LangiumParser.parse(text);
  const words: { kind: string; start: number; end: number }[] = [];
  const walk = (node: Concrete) => {
    if (node.content) return node.content.forEach(walk);
    const kind = node.grammarSource?.$type === 'Keyword' ? 'keyword' : (node.tokenType?.name ?? '');
    words.push({ kind, start: node.offset, end: node.end });
  };
  const tree = parsed.value.$cstNode;
  if (tree) walk(tree as unknown as Concrete);
  return words;
}

/** What each kind of word must be coloured as. Names may have any colour but those of keywords and texts. */
const colours: Readonly<Record<string, RegExp>> = {
  keyword: /keyword|storage|constant\.language/,
  STRING: /string\.quoted/,
  DATE: /constant\.other\.date-time/,
  ISO: /constant\.other\.date-time/,
  TIME: /constant\.other\.(?:date-)?time/,
  OFFSET: /constant\.other\.date-time/,
  NUMBER: /constant\.numeric/,
  NAME: /^(?!.*(?:keyword|storage|string|constant\.language))/,
};
const isSign = (word: string) => /^\W+$/.test(word) && word !== '%';

/** The texts of a fixture of the rules: several files may stand in one, and lines of marks are none of the language. */
function partsOf(text: string): readonly string[] {
  return text.replaceAll(/^ *(?:<?~+|\^) +\w+ [A-Z]+\d+.*\n/gm, '').split(/^--- .*\n/m);
}

/** SYN005 is about literals that are read and refused: they may have any colour. */
const isRefused = (file: string) => file.includes('SYN005');

const valid = globSync(['examples/*/*.otaplan', 'packages/language/fixtures/**/*.otaplan'], { cwd: root })
  .filter((file) => !isRefused(file))
  .flatMap((file) => partsOf(readFileSync(path.join(root, file), 'utf8')).map((text) => ({ file, text })))
  .filter(({ text }) => {
    const { lexerErrors, parserErrors } = services.parser.LangiumParser.parse(text);
    return lexerErrors.length + parserErrors.length === 0;
  });

describe('the TextMate grammar colours what the parser reads', () => {
  test('there is something to read', () => {
    expect(valid.length).toBeGreaterThan(40);
  });

  test.each(valid)('$file', ({ text }) => {
    const scopes = scopesOf(text);
    const wrong: string[] = [];
    for (const { kind, start, end } of wordsOf(text)) {
      const word = text.slice(start, end);
      const wanted = colours[kind];
      if (!wanted || isSign(word)) continue;
      const scope = scopes[start] ?? '';
      if (!wanted.test(scope) || !wanted.test(scopes[end - 1] ?? '')) {
        wrong.push(`${text.slice(0, start).split('\n').length}: ${kind} ${word} is “${scope}”`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a comment is one to its end, also inside a list and over lines', () => {
    const text = 'devices a of b {\n  // key 866123040000013\n  866123040000013 /* plan\n  "x" */ 866123040000021\n}\n';
    const scopes = scopesOf(text);
    expect(scopes[text.indexOf('key')]).toMatch(/comment/);
    expect(scopes[text.indexOf('"x"')]).toMatch(/comment/);
    expect(scopes[text.indexOf('866123040000021')]).not.toMatch(/comment/);
  });

  test('a text without its end does not colour the next line', () => {
    const text = 'plan "a {\n  product b\n}\n';
    expect(scopesOf(text)[text.indexOf('product')]).toMatch(/keyword/);
  });
});
