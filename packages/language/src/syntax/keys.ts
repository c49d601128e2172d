import type { Comment } from './lexer.ts';

/** The keys of a `devices` block, cut from its one token. Places are offsets in the block's text. */
export interface KeyList {
  readonly keys: readonly string[];
  /** Where each key starts, in step with `keys`; it ends after its own length. */
  readonly starts: readonly number[];
  readonly comments: readonly Comment[];
}

const pieces = /\/\/[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$)|[^\s/,]+(?:\/(?![/*])[^\s/,]*)*|[/,]/g;

/**
 * Cuts the body of a `devices` block into keys. Whatever is not blank and not a comment is a key, well formed or not:
 * whether it is one, and what spoiled it, is for the rules to say.
 * @param body the token's text; @param offset where the token starts, added to every place
 */
export function cutKeys(body: string, offset: number): KeyList {
  const keys: string[] = [];
  const starts: number[] = [];
  const comments: Comment[] = [];
  for (const match of body.matchAll(pieces)) {
    const [text] = match;
    const start = offset + match.index;
    if (text.startsWith('//') || text.startsWith('/*')) comments.push({ start, end: start + text.length, text });
    else {
      keys.push(text);
      starts.push(start);
    }
  }
  return { keys, starts, comments };
}

/** Where a list of keys that begins at `from` ends: its closing brace, or the end of the text. Comments may hold braces. */
export function keysEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const brace = text.indexOf('}', at);
    const end = brace === -1 ? text.length : brace;
    const slash = text.slice(at, end).search(/\/[/*]/);
    if (slash === -1) return end;
    const start = at + slash;
    const close = text[start + 1] === '/' ? text.indexOf('\n', start) : text.indexOf('*/', start + 2);
    if (close === -1) return text.length;
    at = text[start + 1] === '/' ? close + 1 : close + 2;
  }
}
