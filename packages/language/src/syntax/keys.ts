import { commonEnd, commonStart } from './alike.ts';
import type { Comment } from './lexer.ts';

/** The keys of a `devices` block, cut from its one token. Places are offsets in the block's text. */
export interface KeyList {
  readonly keys: readonly string[];
  /** Where each key starts, in step with `keys`; it ends after its own length. */
  readonly starts: readonly number[];
  readonly comments: readonly Comment[];
  /** How it came from a list that was cut before; only where it did. */
  readonly change?: KeyChange;
}

/** Which keys an edit replaced: of those before, `first` to `oldNext`, by those from `first` to `newNext`. */
export interface KeyChange {
  readonly before: readonly string[];
  readonly first: number;
  readonly oldNext: number;
  readonly newNext: number;
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

/** A list that was cut before, with the text it was cut from. */
export interface CutBefore {
  readonly body: string;
  readonly offset: number;
  readonly list: KeyList;
}

/**
 * The same as {@link cutKeys}, after an edit: only the lines that changed are cut, the other keys are taken over. Lists
 * with comments are cut anew, since a comment may swallow what follows.
 */
export function cutKeysAgain(body: string, offset: number, before: CutBefore): KeyList {
  if (before.list.comments.length > 0) return cutKeys(body, offset);
  const head = commonStart(before.body, body);
  const tail = commonEnd(before.body, body, head);
  const from = body.lastIndexOf('\n', head - 1) + 1;
  const nextLine = body.indexOf('\n', body.length - tail);
  const to = nextLine === -1 ? body.length : nextLine;
  // A copy: keys that are kept must not keep every text that they were once part of.
  const middle = [body.slice(from, from + 1), body.slice(from + 1, to)].join('');
  const delta = body.length - before.body.length;
  if (middle.includes('/') || before.body.slice(from, to - delta).includes('/')) return cutKeys(body, offset);
  const { keys, starts } = before.list;
  const first = lowerBound(starts, before.offset + from);
  const next = lowerBound(starts, before.offset + to - delta);
  const cut = cutKeys(middle, offset + from);
  const shift = offset + delta - before.offset;
  const tailStarts = starts.slice(next);
  for (let i = 0; i < tailStarts.length; i++) tailStarts[i] = (tailStarts[i] ?? 0) + shift;
  const moved =
    offset === before.offset ? starts.slice(0, first) : starts.slice(0, first).map((at) => at + offset - before.offset);
  return {
    keys: keys.slice(0, first).concat(cut.keys, keys.slice(next)),
    starts: moved.concat(cut.starts, tailStarts),
    comments: [],
    change: { before: keys, first, oldNext: next, newNext: first + cut.keys.length },
  };
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
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
