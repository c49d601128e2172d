import { nameKind, tokenKinds } from '../generated/reader.ts';
import { keysEnd } from './keys.ts';
import { type Comment, cutLexeme, skipBlanks } from './lexemes.ts';

const kindOf = new Map(tokenKinds.map((name, kind) => [name, kind]));
const kindNamed = (name: string) => kindOf.get(name) ?? 0;
const [open, close, string, number, date, time] = ['{', '}', 'STRING', 'NUMBER', 'DATE', 'TIME'].map(kindNamed) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const devices = kindNamed('devices');
const keys = kindNamed('KEYS');
const atLeast = kindNamed('>=');
const above = kindNamed('>');
/** Kinds of signs that are one character. */
const signs = new Uint8Array(128);
for (const sign of '{},:%') signs[sign.charCodeAt(0)] = kindNamed(sign);
/** 1: a letter or `_`, 2: a digit, 4: `-`; together what a name goes on with. */
const classes = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  classes[code] = /[A-Za-z_]/.test(character) ? 1 : /\d/.test(character) ? 2 : character === '-' ? 4 : 0;
}

/**
 * The tokens of a piece of text as numbers: kinds and places. What is plain is cut by its characters, whatever else by
 * the lexer's own expression, so that both cut alike.
 */
export class TokenTable {
  /** Kind of each token, then 0. */
  kinds: Uint8Array = new Uint8Array(256);
  starts: Int32Array = new Int32Array(256);
  ends: Int32Array = new Int32Array(256);
  comments: Comment[] = [];
  private count = 0;
  private text = '';

  /** The words of a token. */
  image(index: number): string {
    return this.text.slice(this.starts[index], this.ends[index]);
  }

  /**
   * Cuts a text, in the place of what was cut before.
   * @returns whether all of it are tokens and braces balance; if not, the lexer has to say more of it
   */
  cut(text: string): boolean {
    this.text = text;
    this.count = 0;
    this.comments = [];
    const { length } = text;
    let depth = 0;
    let at = 0;
    for (;;) {
      at = skipPlainBlanks(text, at);
      if (at >= length) break;
      const code = text.charCodeAt(at);
      const sign = code < 128 ? (signs[code] ?? 0) : 0;
      if (sign !== 0) {
        this.push(sign, at, at + 1);
        at++;
        if (sign === open) {
          depth++;
          if (depth === 1 && this.opensKeys()) {
            const end = keysEnd(text, at);
            if (/\S/.test(text.slice(at, at + 4096)) && end > at) this.push(keys, at, end);
            at = end;
          }
        } else if (sign === close) {
          depth--;
          if (depth < 0) return false;
        }
        continue;
      }
      const end = this.plain(text, at, code);
      if (end !== at) {
        at = end;
        continue;
      }
      const blanks = skipBlanks(text, at);
      if (blanks > at) {
        at = blanks;
        continue;
      }
      const next = this.byExpression(text, at);
      if (next === at) return false;
      at = next;
    }
    this.push(0, length, length);
    this.count--;
    return depth === 0;
  }

  /** Reads a plain name, number, text or comparison; the same offset when it is none. */
  private plain(text: string, start: number, code: number): number {
    const kind = code < 128 ? classes[code] : 0;
    if (kind === 1) {
      const end = runEnd(text, start, 7);
      const next = end < text.length ? text.charCodeAt(end) : 0;
      if (next > 127 || next === 46 || next === 43 || next === 47) return start;
      const word = kindOf.get(text.slice(start, end)) ?? 0;
      this.push(Math.max(word, nameKind), start, end);
      return end;
    }
    if (kind === 2) {
      const end = runEnd(text, start, 2);
      const next = end < text.length ? text.charCodeAt(end) : 32;
      if (next === 58 && end - start <= 2) return this.pushIf(time, start, clockEnd(text, end));
      if (next === 45 && end - start === 4) return this.pushIf(date, start, dateEnd(text, end));
      // Whatever a number could go on with, or a date, a time, a version.
      if (next > 127 || classes[next] !== 0 || next === 46 || next === 47 || next === 58 || next === 43) return start;
      this.push(number, start, end);
      return end;
    }
    if (code === 34) {
      for (let at = start + 1; at < text.length; at++) {
        const inner = text.charCodeAt(at);
        if (inner === 34) {
          this.push(string, start, at + 1);
          return at + 1;
        }
        if (inner === 92 || inner === 10 || inner === 13) return start;
      }
      return start;
    }
    if (code === 62) {
      const both = text.charCodeAt(start + 1) === 61;
      this.push(both ? atLeast : above, start, start + (both ? 2 : 1));
      return start + (both ? 2 : 1);
    }
    return start;
  }

  /** A token that ends before a blank, as `end` says; the same offset when it is -1. */
  private pushIf(kind: number, start: number, end: number): number {
    if (end === -1) return start;
    this.push(kind, start, end);
    return end;
  }

  /** Reads by the lexer's expression; the same offset when there is no token, or one without its end. */
  private byExpression(text: string, at: number): number {
    const lexeme = cutLexeme(text, at);
    if (!lexeme) return at;
    const { kind, end } = lexeme;
    if (kind === 'comment') {
      const image = text.slice(at, end);
      if (image.startsWith('/*') && (image.length < 4 || !image.endsWith('*/'))) return at;
      this.comments.push({ start: at, end, text: image });
      return end;
    }
    if (kind === 'unclosed') return at;
    const word = kind === '' || kind === 'NAME' ? kindOf.get(text.slice(at, end)) : undefined;
    this.push(word !== undefined && (kind === '' || word > nameKind) ? word : kindNamed(kind), at, end);
    return end;
  }

  /** Whether the brace just read opens a list of keys, as the lexer decides it. */
  private opensKeys(): boolean {
    for (let i = this.count - 2; i >= Math.max(0, this.count - 5); i--) {
      const before = this.kinds[i - 1];
      if (this.kinds[i] === devices && (i === 0 || before === close || before === string)) return true;
    }
    return false;
  }

  private push(kind: number, start: number, end: number): void {
    const { count } = this;
    if (count === this.kinds.length) {
      this.kinds = larger(this.kinds, new Uint8Array(count * 2));
      this.starts = larger(this.starts, new Int32Array(count * 2));
      this.ends = larger(this.ends, new Int32Array(count * 2));
    }
    this.kinds[count] = kind;
    this.starts[count] = start;
    this.ends[count] = end;
    this.count = count + 1;
  }
}

function larger<T extends Uint8Array | Int32Array>(before: T, after: T): T {
  after.set(before);
  return after;
}

function skipPlainBlanks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || (code >= 9 && code <= 13); code = text.charCodeAt(at)) at++;
  return at;
}

/** Where a time ends whose hour ends at an offset: two digits and a blank follow the colon. Else -1. */
function clockEnd(text: string, hour: number): number {
  const end = runEnd(text, hour + 1, 2);
  return end === hour + 3 && isBlank(text, end) ? end : -1;
}
/** Where a date ends whose year ends at an offset: `-MM-DD` and a blank follow. Else -1. */
function dateEnd(text: string, year: number): number {
  const month = runEnd(text, year + 1, 2);
  if (month !== year + 3 || text.charCodeAt(month) !== 45) return -1;
  const end = runEnd(text, month + 1, 2);
  return end === month + 3 && isBlank(text, end) ? end : -1;
}
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13);
}

/** Where a run of characters of some classes ends. */
function runEnd(text: string, from: number, wanted: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code < 128 && ((classes[code] ?? 0) & wanted) !== 0; code = text.charCodeAt(at))
    at++;
  return at;
}
