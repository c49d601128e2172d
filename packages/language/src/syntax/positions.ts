import type { Block } from './block.ts';
import type { Position } from './lines.ts';

/**
 * Positions by the lines of each block: after an edit only the changed block's lines are counted anew, and of the
 * others only those are looked at in which something is to be found.
 */
export class BlockPositions {
  private readonly blocks: readonly Block[];
  /** For each block: the line it begins on, and how many units stand before it on that line. */
  readonly lines: Int32Array;
  private readonly characters: Int32Array;

  constructor(blocks: readonly Block[], before?: Exchanged) {
    this.blocks = blocks;
    if (before && standsAsBefore(blocks, before)) {
      this.lines = before.positions.lines;
      this.characters = before.positions.characters;
      return;
    }
    this.lines = before?.positions.lines.slice() ?? new Int32Array(blocks.length);
    this.characters = before?.positions.characters.slice() ?? new Int32Array(blocks.length);
    const next = before?.next ?? blocks.length;
    let at = (before && this.beginning(before.first)) ?? { line: 0, character: 0 };
    for (let index = before?.first ?? 0; index < next; index++) {
      const block = blocks[index];
      if (!block) break;
      this.lines[index] = at.line;
      this.characters[index] = at.character;
      at = behind(block, at);
    }
    this.shift(next, at);
  }

  /** Moves the blocks from an index on, of which the first now begins elsewhere. */
  private shift(from: number, { line, character }: Position): void {
    const { lines, characters } = this;
    const first = lines[from] ?? 0;
    const down = line - first;
    const along = character - (characters[from] ?? 0);
    for (let index = from; index < lines.length; index++) {
      const at = lines[index] ?? 0;
      // What stands before it on its line changed only for those that begin on the same one.
      if (at === first) characters[index] = (characters[index] ?? 0) + along;
      lines[index] = at + down;
    }
  }

  /** Where the block of an index begins. */
  beginning(index: number): Position | undefined {
    const line = this.lines[index];
    return line === undefined ? undefined : { line, character: this.characters[index] ?? 0 };
  }

  /** The position of an offset, or `undefined` behind the last block. */
  position(offset: number): Position | undefined {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.blocks[middle]?.offset ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const block = this.blocks[low];
    if (!block || offset < block.offset || offset > block.offset + block.text.length) return undefined;
    const inside = block.lines.position(offset - block.offset);
    const line = (this.lines[low] ?? 0) + inside.line;
    return { line, character: inside.character + (inside.line === 0 ? (this.characters[low] ?? 0) : 0) };
  }

  /** The offset of a position, or `undefined` behind the last block. Beyond a line is its end. */
  offset({ line, character }: Position): number | undefined {
    let low = 0;
    let high = this.blocks.length - 1;
    const begins = (index: number) => {
      const at = this.lines[index] ?? 0;
      return at < line || (at === line && (this.characters[index] ?? 0) <= character);
    };
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins(middle)) low = middle;
      else high = middle - 1;
    }
    const block = this.blocks[low];
    if (!block) return undefined;
    const inside = line - (this.lines[low] ?? 0);
    if (inside < 0 || inside > block.lines.breaks) return undefined;
    const from = block.lines.offset({ line: inside, character: 0 });
    const next = block.text.slice(from).search(/[\r\n]/);
    const end = next === -1 ? block.text.length : from + next;
    const wanted = from + Math.max(0, character - (inside === 0 ? (this.characters[low] ?? 0) : 0));
    // The last line of a block may go on in what follows.
    return next === -1 && wanted > end ? undefined : block.offset + Math.min(wanted, end);
  }
}

/** Blocks that took the place of as many others: those from `first` up to, not including, `next`. */
export interface Exchanged {
  readonly positions: BlockPositions;
  readonly first: number;
  readonly next: number;
}

/** Whether all blocks begin where they did. */
function standsAsBefore(blocks: readonly Block[], { positions, first, next }: Exchanged): boolean {
  let at = positions.beginning(first);
  for (let index = first; index < next && at; index++) {
    const block = blocks[index];
    if (!block) return false;
    at = behind(block, at);
    const before = positions.beginning(index + 1);
    if (before && (before.line !== at.line || before.character !== at.character)) return false;
  }
  return at !== undefined;
}

/** Where the next block begins. */
function behind({ lines: { breaks, lastLength } }: Block, { line, character }: Position): Position {
  return { line: line + breaks, character: breaks === 0 ? character + lastLength : lastLength };
}
