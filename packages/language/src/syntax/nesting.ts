import type { SyntaxProblem } from './problems.ts';

const maximumNesting = 64;

/** How a piece of text changes the depth of braces, so that the depths of a file follow from those of its pieces. */
export interface NestingOfPiece {
  /** Openers less closers. */
  readonly total: number;
  /** Lowest sum of any beginning of the piece, at most 0. */
  readonly lowest: number;
  /** Highest sum of any beginning. */
  readonly highest: number;
  /** Highest rise from any place to a later one. */
  readonly rise: number;
}

/** Counts the braces of a piece, those in texts and comments as well: a cheap guard, not grammar. */
export function depthsOf(text: string): NestingOfPiece {
  let total = 0;
  let lowest = 0;
  let highest = 0;
  let rise = 0;
  let open = text.indexOf('{');
  let close = text.indexOf('}');
  while (open !== -1 || close !== -1) {
    if (open !== -1 && (close === -1 || open < close)) {
      total++;
      open = text.indexOf('{', open + 1);
    } else {
      total--;
      close = text.indexOf('}', close + 1);
    }
    lowest = Math.min(lowest, total);
    highest = Math.max(highest, total);
    rise = Math.max(rise, total - lowest);
  }
  return { total, lowest, highest, rise };
}

/** Whether pieces one after another nest too deep. A closer without an opener counts for nothing. */
export function nestTooDeep(pieces: readonly { readonly nesting: NestingOfPiece }[]): boolean {
  let depth = 0;
  for (const { nesting } of pieces) {
    const { total, lowest, highest, rise } = nesting;
    if (Math.max(depth + highest, rise) > maximumNesting) return true;
    depth = Math.max(depth + total, total - lowest);
  }
  return false;
}

/** Whether pieces in the place of others change no depth: nothing around them nests deeper than it did. */
export function nestAlike(
  before: readonly { readonly nesting: NestingOfPiece }[],
  after: readonly { readonly nesting: NestingOfPiece }[],
): boolean {
  if (before.length !== after.length) return false;
  return before.every(({ nesting }, index) => {
    const other = after[index]?.nesting;
    return (
      other?.total === nesting.total &&
      other.lowest === nesting.lowest &&
      other.highest === nesting.highest &&
      other.rise === nesting.rise
    );
  });
}

/** The finding of a text that nests too deep, at the brace that does. */
export function nestsTooDeep(text: string): SyntaxProblem | undefined {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth = brace === '{' ? depth + 1 : Math.max(0, depth - 1);
    if (depth <= maximumNesting) continue;
    const message = 'Braces are nested over 64 deep. A plan needs two levels.';
    return { code: 'SYN011', start: index, end: index + 1, message };
  }
  return undefined;
}
