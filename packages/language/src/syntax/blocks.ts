/** A stretch of a file that holds at most one declaration, with the comments before it and beside its end. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

const keywords = new Set(['import', 'product', 'package', 'devices', 'plan']);
const comment = String.raw`\/\/[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$)`;
const string = String.raw`"(?:\\[^\n\r]|[^"\\\n\r])*"?`;
const shape = String.raw`(?:plan|package|import)[ \t]+"|product\s+[\p{L}_][\p{L}\p{M}\p{N}_-]*\s*\{|devices\s+[\p{L}_][\p{L}\p{M}\p{N}_-]*\s+of\b`;
const atTop = new RegExp(`(${comment})|(${string})|([{}])|([\\p{L}\\p{M}\\p{N}_-]+)|[^\\s]`, 'gu');
const inside = new RegExp(`(${comment})|(${string})|([{}])|\\n[ \\t]*(?=${shape})`, 'gu');
const beginning = new RegExp(shape, 'uy');
const shortComment = String.raw`\/\*(?:[^*\n\r]|\*(?!\/))*\*\/`;
const besideEnd = new RegExp(String.raw`(?:[ \t]*(?:\/\/[^\n\r]*|${shortComment}(?=[ \t]*(?:[\n\r]|$|\/\/))))+`, 'y');

/**
 * Cuts a file into its declarations by a cheap scan that knows strings, comments and braces. The pieces cover the text
 * in order (but for blanks at its end), and each depends on nothing outside itself: parsed pieces can be kept as long as
 * their text stays the same. A declaration that begins a line inside another one ends that other one, so a missing
 * closing brace does not swallow the rest of the file.
 */
export function cutBlocks(text: string): Piece[] {
  return [...cutFrom(text, 0)];
}

/**
 * The same, from where a piece begins. At such a place the cutter remembers nothing of what came before, so after an edit
 * it can begin shortly before the change and stop where it meets an old beginning behind it.
 */
export function* cutFrom(text: string, from: number): Generator<Piece, void> {
  let start = from;
  let at = from;
  let depth = 0;
  let words: string[] = [];
  const end = (offset: number): Piece => {
    besideEnd.lastIndex = offset;
    const stop = besideEnd.test(text) ? besideEnd.lastIndex : offset;
    const piece = { start, end: stop };
    start = at = stop;
    depth = 0;
    words = [];
    return piece;
  };
  for (;;) {
    const scan = depth === 0 ? atTop : inside;
    // Long lists of keys are digits and blanks; the last line break of these may come before a declaration.
    if (depth === 1) at = Math.max(at, text.lastIndexOf('\n', digitsEnd(text, at) - 1));
    scan.lastIndex = at;
    const match = scan.exec(text);
    if (!match) break;
    const [token] = match;
    const offset = match.index;
    at = offset + token.length;
    if (match[1] !== undefined) continue;
    if (match[3] === '{') depth++;
    else if (match[3] === '}') {
      depth--;
      if (depth <= 0) yield end(at);
    } else if (depth > 0) {
      if (match[2] !== undefined) continue;
      const stop = withoutComments(text, start, at);
      yield { start, end: stop };
      start = stop;
      depth = 0;
      words = [];
    } else if (words.length > 0 && beginsAnother(text, offset, token, words)) {
      const stop = withoutComments(text, start, offset);
      yield { start, end: stop };
      start = stop;
      at = offset;
      words = [];
    } else {
      words.push(token);
      const first = words[0];
      const isString = match[2] !== undefined;
      if (
        isString &&
        ((first === 'import' && words.length === 2) || (first === 'devices' && words.at(-2) === 'from'))
      ) {
        yield end(at);
      }
    }
  }
  if (/\S/.test(text.slice(start))) yield { start, end: text.length };
}

const digits = /[\d\s]*/y;

function digitsEnd(text: string, at: number): number {
  digits.lastIndex = at;
  return digits.test(text) ? digits.lastIndex : at;
}

/** Whether a word at the top level begins a declaration although the one before it is not complete. */
function beginsAnother(text: string, offset: number, word: string, words: readonly string[]): boolean {
  if (!keywords.has(word)) return false;
  if (/\S/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset))) return false;
  beginning.lastIndex = offset;
  return beginning.test(text) || !keywords.has(words[0] ?? '');
}

/** Where an unfinished declaration ends when the next one begins at `next`: comments right above that one belong to it. */
function withoutComments(text: string, start: number, next: number): number {
  let stop = text.lastIndexOf('\n', next - 1) + 1;
  while (stop > start) {
    const above = text.lastIndexOf('\n', stop - 2) + 1;
    if (above < start || !/^\s*(?:\/\/.*)?\s*$/.test(text.slice(above, stop))) break;
    stop = above;
  }
  return Math.max(stop, start);
}
