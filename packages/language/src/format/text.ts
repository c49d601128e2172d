import type { IToken } from 'chevrotain';
import type { AstNode } from 'langium';
import type { Comment } from '../syntax/lexemes.ts';
import type { OtaplanLexer } from '../syntax/lexer.ts';
import { blockOfNode } from '../syntax/source.ts';

/** A stretch of a block's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The tokens and comments of one block, to be asked for by stretch. */
export class BlockText {
  readonly text: string;
  private readonly tokens: readonly IToken[];
  private readonly comments: readonly Comment[];

  constructor(text: string, lexer: OtaplanLexer) {
    const { tokens, report } = lexer.tokenize(text);
    this.text = text;
    this.tokens = tokens;
    this.comments = report.comments;
  }

  tokensIn({ start, end }: Span): readonly IToken[] {
    return slice(this.tokens, start, end, (token) => token.startOffset);
  }
  commentsIn({ start, end }: Span): readonly Comment[] {
    return slice(this.comments, start, end, (comment) => comment.start);
  }
  /** Line breaks between two offsets. */
  breaks(start: number, end: number): number {
    let count = 0;
    for (let at = this.text.indexOf('\n', start); at !== -1 && at < end; at = this.text.indexOf('\n', at + 1)) count++;
    return count;
  }
}

export function spanOf(node: AstNode): Span {
  return blockOfNode(node).find(node, {}) ?? { start: 0, end: 0 };
}

/** The part of a sorted list whose places lie in `start` to `end`. */
function slice<T>(items: readonly T[], start: number, end: number, place: (item: T) => number): readonly T[] {
  const from = lowerBound(items, start, place);
  let to = from;
  for (let item = items[to]; item !== undefined && place(item) < end; item = items[to]) to++;
  return items.slice(from, to);
}

function lowerBound<T>(items: readonly T[], wanted: number, place: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && place(item) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
