import type { IToken, TokenType } from 'chevrotain';
import { GrammarAST, type LangiumCoreServices, type Lexer, type LexerResult, type LexingReport } from 'langium';
import { closeBraces, type Unclosed } from './braces.ts';
import { keysEnd } from './keys.ts';
import { type Comment, matchLexeme, skipBlanks, terminalOf } from './lexemes.ts';

/** What the lexer saw beside tokens. Offsets are those of the text it was given. */
export interface OtaplanLexingReport extends LexingReport {
  readonly comments: readonly Comment[];
  readonly unclosed: readonly Unclosed[];
}

/**
 * Cuts text into tokens by hand: one sticky expression, keywords by a map. It differs from the lexer Langium would
 * generate in what it knows: the body of a `devices` block is one token however long, an unclosed string or brace is
 * closed and reported at its opener, and comments are kept aside (hidden nodes in the tree cost quadratic time).
 */
export class OtaplanLexer implements Lexer {
  readonly definition: Record<string, TokenType>;
  private readonly keywords: ReadonlyMap<string, TokenType>;

  constructor(services: LangiumCoreServices) {
    const types = services.parser.TokenBuilder.buildTokens(services.Grammar) as TokenType[];
    this.definition = Object.fromEntries(types.map((type) => [type.name, type]));
    const terminals = new Set(services.Grammar.rules.filter(GrammarAST.isTerminalRule).map(({ name }) => name));
    this.keywords = new Map(types.filter(({ name }) => !terminals.has(name)).map((type) => [type.name, type]));
  }

  tokenize(text: string): LexerResult & { report: OtaplanLexingReport } {
    const tokens: IToken[] = [];
    const comments: Comment[] = [];
    const unclosed: Unclosed[] = [];
    const errors: LexerResult['errors'] = [];
    const lines = new LineCounter(text);
    let depth = 0;
    let at = 0;
    const push = (type: TokenType, start: number, end: number) => {
      const from = lines.at(start);
      const to = lines.at(end - 1);
      tokens.push({
        image: text.slice(start, end),
        tokenType: type,
        tokenTypeIdx: type.tokenTypeIdx ?? 0,
        startOffset: start,
        endOffset: end - 1,
        startLine: from.line,
        startColumn: from.column,
        endLine: to.line,
        endColumn: to.column,
      });
    };
    while (at < text.length) {
      at = skipBlanks(text, at);
      if (at >= text.length) break;
      const match = matchLexeme(text, at);
      if (!match) {
        const code = text.codePointAt(at) ?? 0;
        const length = code > 0xffff ? 2 : 1;
        const last = errors.at(-1);
        if (last && last.offset + last.length === at) last.length += length;
        else errors.push({ offset: at, length, message: 'character', line: undefined, column: undefined });
        at += length;
        continue;
      }
      const [image] = match;
      const end = at + image.length;
      if (match[1] !== undefined) {
        comments.push({ start: at, end, text: image });
        if (image.startsWith('/*') && (image.length < 4 || !image.endsWith('*/')))
          unclosed.push({ what: 'comment', start: at, end: at + 2, insertAt: end });
        at = end;
        continue;
      }
      if (match[3] !== undefined) unclosed.push({ what: 'quote', start: at, end, insertAt: end });
      const kind = terminalOf(match);
      const type = (kind === '' || kind === 'NAME' ? this.keywords.get(image) : undefined) ?? this.definition[kind];
      if (!type) throw new Error(`The grammar has no token for “${image}”.`);
      push(type, at, end);
      at = end;
      if (image === '{') {
        depth++;
        if (depth === 1 && opensKeys(tokens)) {
          const keys = this.definition['KEYS'];
          const close = keysEnd(text, at);
          if (keys && /\S/.test(text.slice(at, at + 4096)) && close > at) push(keys, at, close);
          at = close;
        }
      } else if (image === '}') depth--;
    }
    const braces = this.keywords.get('}');
    const closed = braces ? closeBraces(text, tokens, braces) : { tokens, unclosed: [] };
    return {
      tokens: closed.tokens,
      hidden: [],
      errors,
      report: { diagnostics: [], comments, unclosed: [...unclosed, ...closed.unclosed] },
    };
  }
}

/** Whether the brace just read opens a list of keys: `devices NAME of PRODUCT {` begins the declaration. */
function opensKeys(tokens: readonly IToken[]): boolean {
  for (let i = tokens.length - 2; i >= Math.max(0, tokens.length - 5); i--) {
    const before = tokens[i - 1]?.image;
    const begins = before === undefined || before === '}' || before.startsWith('"');
    if (tokens[i]?.image === 'devices' && begins) return true;
  }
  return false;
}

/** Lines and columns (1-based, as Chevrotain counts) of offsets that are asked for in rising order. */
class LineCounter {
  private readonly text: string;
  private line = 1;
  private start = 0;
  private next: number;

  constructor(text: string) {
    this.text = text;
    this.next = this.after(0);
  }

  at(offset: number): { line: number; column: number } {
    while (offset >= this.next) {
      this.line++;
      this.start = this.next;
      this.next = this.after(this.start);
    }
    return { line: this.line, column: offset - this.start + 1 };
  }

  private after(from: number): number {
    const end = this.text.indexOf('\n', from);
    return end === -1 ? Number.POSITIVE_INFINITY : end + 1;
  }
}
