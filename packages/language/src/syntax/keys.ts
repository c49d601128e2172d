import { commonEnd, commonStart } from './alike.ts';
import type { Comment } from './lexemes.ts';

/** A token's text, and where it starts in its block. */
interface Body {
  readonly body: string;
  readonly offset: number;
}

/** The keys of a `devices` block, cut from its one token. Places are offsets in the block's text. */
export class KeyList {
  readonly keys: readonly string[];
  readonly comments: readonly Comment[];
  /** How it came from a list that was cut before; only where it did. */
  readonly change: KeyChange | undefined;
  private readonly from: Body;
  private known: number[] | undefined;

  constructor(from: Body, keys: readonly string[], starts: number[], comments: readonly Comment[], change?: KeyChange) {
    this.from = from;
    this.keys = keys;
    this.known = starts;
    this.comments = comments;
    this.change = change;
  }

  /** Where each key starts, in step with `keys`; it ends after its own length. */
  get starts(): readonly number[] {
    this.known ??= cutKeys(this.from.body, this.from.offset).giveStarts();
    return this.known;
  }

  /** The starts, for the list that takes this one's place to change. Should somebody ask this one again, it is cut anew. */
  giveStarts(): number[] {
    const starts = this.known ?? cutKeys(this.from.body, this.from.offset).giveStarts();
    this.known = undefined;
    return starts;
  }
}

/** Which keys an edit replaced: of those before, `first` to `oldNext`, by those from `first` to `newNext`. */
export interface KeyChange {
  readonly before: readonly string[];
  readonly first: number;
  readonly oldNext: number;
  readonly newNext: number;
}

/** An edit that brings more keys than this has the whole list cut. */
const mostTakenOver = 1000;

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
  return new KeyList({ body, offset }, keys, starts, comments);
}

/** A list that was cut before, with the text it was cut from. */
export interface CutBefore extends Body {
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
  const { keys } = before.list;
  const starts = before.list.giveStarts();
  const first = lowerBound(starts, before.offset + from);
  const next = lowerBound(starts, before.offset + to - delta);
  const cut = cutKeys(middle, offset + from);
  if (cut.keys.length > mostTakenOver) return cutKeys(body, offset);
  // In place: copying 100,000 numbers at each keystroke is most of what it would cost.
  const moved = offset - before.offset;
  if (moved !== 0) for (let i = 0; i < first; i++) starts[i] = (starts[i] ?? 0) + moved;
  if (moved + delta !== 0) for (let i = next; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + moved + delta;
  replaceIn(starts, first, next, cut.starts);
  const replaced = keys.toSpliced(first, next - first, ...cut.keys);
  const change = { before: keys, first, oldNext: next, newNext: first + cut.keys.length };
  return new KeyList({ body, offset }, replaced, starts, [], change);
}

function replaceIn(list: number[], first: number, next: number, by: readonly number[]): void {
  if (by.length !== next - first) list.splice(first, next - first, ...by);
  else for (const [index, value] of by.entries()) list[first + index] = value;
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
    // Hardly any list has a slash: looking for one sign is much faster than an expression.
    const sign = text.indexOf('/', at);
    if (sign === -1 || sign >= end) return end;
    const slash = text.slice(sign, end).search(/\/[/*]/);
    if (slash === -1) return end;
    const start = sign + slash;
    const close = text[start + 1] === '/' ? text.indexOf('\n', start) : text.indexOf('*/', start + 2);
    if (close === -1) return text.length;
    at = text[start + 1] === '/' ? close + 1 : close + 2;
  }
}
