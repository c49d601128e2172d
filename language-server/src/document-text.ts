import type { Position } from '@otaplan/language';

/** Where a chunk is parted: long enough that there are few, short enough that a keystroke copies little. */
const size = 8192;

interface Chunk {
  readonly text: string;
  /** Lines that end in it. */
  readonly breaks: number;
}

/**
 * The text of a document in chunks of whole lines, so that a keystroke in a long one copies only a little of it.
 * `\n`, `\r\n` and `\r` end a line, as LSP says.
 */
export class DocumentText {
  version: number;
  private chunks: Chunk[];
  /** Length in UTF-16 units. */
  length: number;

  constructor(version: number, text: string) {
    this.version = version;
    this.length = text.length;
    this.chunks = chunksOf(text);
  }

  /** A part of the text. */
  slice(start: number, end: number): string {
    let text = '';
    let from = 0;
    for (const chunk of this.chunks) {
      if (from >= end) break;
      const to = from + chunk.text.length;
      if (to > start) text += chunk.text.slice(Math.max(0, start - from), end - from);
      from = to;
    }
    return text;
  }

  /** Offset of a position: beyond its line the line's end, beyond the text the text's. */
  offsetAt({ line, character }: Position): number {
    if (line < 0) return 0;
    let left = line;
    let from = 0;
    for (const { text, breaks } of this.chunks) {
      // A chunk ends with a line; only the last one may go on with text behind its last break.
      if (left > breaks || (left === breaks && text.endsWith('\n'))) {
        left -= breaks;
        from += text.length;
        continue;
      }
      let start = 0;
      for (; left > 0; left--) start = afterBreak(text, start);
      return from + Math.min(start + Math.max(0, character), lineEnd(text, start));
    }
    return this.length;
  }

  /** Puts a text in the place of a stretch. */
  replace(start: number, end: number, insert: string): void {
    let first = 0;
    let from = 0;
    for (let chunk = this.chunks[first]; chunk && from + chunk.text.length < start; chunk = this.chunks[first]) {
      from += chunk.text.length;
      first++;
    }
    let last = first;
    let text = '';
    let taken = from;
    // Up to the chunk behind the stretch, and further until a line ends.
    for (let chunk = this.chunks[last]; chunk && taken <= end; chunk = this.chunks[last]) {
      text += chunk.text;
      taken += chunk.text.length;
      last++;
    }
    const after = text.slice(0, start - from) + insert + text.slice(end - from);
    const isLast = last >= this.chunks.length;
    const next = this.chunks[last];
    const joined = isLast || after.endsWith('\n') || !next ? after : after + next.text;
    if (joined !== after) last++;
    this.chunks.splice(first, last - first, ...chunksOf(joined));
    this.length += insert.length - (end - start);
  }
}

function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = 0; from < text.length; ) {
    const newline = text.length - from > size * 2 ? text.indexOf('\n', from + size) : -1;
    const to = newline === -1 ? text.length : newline + 1;
    // A copy: a chunk must not keep the whole text it was once part of.
    const piece =
      from === 0 && to === text.length ? text : [text.slice(from, from + 1), text.slice(from + 1, to)].join('');
    chunks.push({ text: piece, breaks: countBreaks(piece) });
    from = to;
  }
  return chunks;
}

function countBreaks(text: string): number {
  let count = 0;
  if (text.includes('\r')) for (const _ of text.matchAll(/\r\n|\n|\r/g)) count++;
  else for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** Where the line that begins at an offset ends, without its break. */
function lineEnd(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit === 10 || unit === 13) break;
  }
  return end;
}

function afterBreak(text: string, start: number): number {
  const end = lineEnd(text, start);
  return text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
}
