/** A place in a text as LSP counts it: zero-based line, zero-based UTF-16 code unit in the line. */
export interface Position {
  readonly line: number;
  readonly character: number;
}
/** From `start` up to, not including, `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

const near = 4096;
/** In a text of so many units counting its lines again takes less than a microsecond, and remembering them more room than it. */
const short = 1500;
/** An edit that brings more lines than this is counted with the whole text. */
const mostTakenOver = 1000;

/**
 * Where the lines of a text start, to turn offsets into positions and back. `\n`, `\r\n` and `\r` end a line.
 * Worked out when first asked for.
 */
export class Lines {
  private readonly text: string;
  private readonly length: number;
  private known: number[] | undefined;
  private breaksKnown: number | undefined;
  private lastKnown: number | undefined;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
  }

  private get starts(): readonly number[] {
    this.known ??= lineStarts(this.text);
    return this.known;
  }

  /** How many lines end in the text; cheaper than where. */
  get breaks(): number {
    this.breaksKnown ??= this.known || this.text.includes('\r') ? this.starts.length - 1 : countBreaks(this.text);
    return this.breaksKnown;
  }
  /** Length of what follows the last line break. */
  get lastLength(): number {
    this.lastKnown ??= this.length - 1 - Math.max(this.text.lastIndexOf('\n'), this.text.lastIndexOf('\r'));
    return this.lastKnown;
  }

  /**
   * Takes over where lines start from the text of before an edit, if that knows. That one does not keep it: should somebody
   * ask it again, it counts anew.
   * @param start where the edit is; @param oldEnd where it ended before
   */
  takeOver(before: Lines, start: number, oldEnd: number): void {
    const { known } = before;
    // A carriage return and a line feed may have been parted or joined.
    if (!known || before.text.includes('\r') || this.text.includes('\r')) return;
    const delta = this.length - before.length;
    const first = firstAbove(known, start);
    const next = firstAbove(known, oldEnd);
    const between = lineStarts(this.text.slice(start, oldEnd + delta)).slice(1);
    if (between.length > mostTakenOver) return;
    before.known = undefined;
    if (next > first || between.length > 0) known.splice(first, next - first, ...between.map((each) => start + each));
    if (delta !== 0) for (let i = first + between.length; i < known.length; i++) known[i] = (known[i] ?? 0) + delta;
    this.known = known;
  }

  get count(): number {
    return this.starts.length;
  }

  position(offset: number): Position {
    // Near the beginning of a long text nobody needs to know where all the other lines start.
    if (!this.known && this.length > near * 4 && offset < near) {
      return new Lines(this.text.slice(0, offset + 1)).position(offset);
    }
    if (!this.known && this.length < short && !this.text.includes('\r')) {
      let line = 0;
      let start = 0;
      for (let at = this.text.indexOf('\n'); at !== -1 && at < offset; at = this.text.indexOf('\n', start)) {
        line++;
        start = at + 1;
      }
      return { line, character: offset - start };
    }
    const { starts } = this;
    const line = Math.max(0, firstAbove(starts, offset) - 1);
    return { line, character: offset - (starts[line] ?? 0) };
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(end) };
  }

  /** Offset of a position; one beyond the text is its end. */
  offset(position: Position): number {
    const start = this.starts[position.line];
    return start === undefined ? this.length : Math.min(start + position.character, this.length);
  }
}

/** The index of the first that is above a value. */
function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  if (text.includes('\r')) for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  else for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
