import type { Declaration } from '../generated/ast.ts';
import type { Block } from './block.ts';
import { Lines, type Position, type Range } from './lines.ts';
import { BlockPositions } from './positions.ts';
import type { SyntaxProblem } from './problems.ts';

/**
 * A stretch of a file that can be judged by itself: a declaration with its comments, or what lies outside of all.
 * Places in it count from `offset`.
 */
export interface Part {
  readonly file: SourceFile;
  readonly offset: number;
  readonly text: string;
  readonly declarations: readonly Declaration[];
  readonly problems: readonly SyntaxProblem[];
}

/** By what the blocks of a file know it: one object for all, so that an edit need not tell each of them. */
export interface Home {
  file: SourceFile;
}

/** An edit that put blocks in the place of others. */
export interface Exchanged {
  readonly before: SourceFile;
  readonly removed: readonly Block[];
  readonly added: readonly Block[];
}

/** A file as blocks, and what follows the last one. Its text as a whole is put together when somebody asks for it. */
export class SourceFile {
  readonly uri: string;
  readonly blocks: readonly Block[];
  /** What no block covers: blanks at the end, or all of a file that could not be read. */
  readonly tail: string;
  /** Findings about the file as a whole, in absolute offsets. */
  readonly problems: readonly SyntaxProblem[];
  private whole: string | undefined;
  private lines: Lines | undefined;
  private positions: BlockPositions | undefined;

  /** By what its blocks know it. */
  private readonly home: Home;

  /** @param exchanged where the file is that of before an edit with other blocks in the place of some: only those are told */
  constructor(
    uri: string,
    blocks: readonly Block[],
    tail: string,
    problems: readonly SyntaxProblem[],
    exchanged?: Exchanged,
  ) {
    this.uri = uri;
    this.blocks = blocks;
    this.tail = tail;
    this.problems = problems;
    this.home = exchanged?.before.home ?? { file: this };
    this.home.file = this;
    if (!exchanged) {
      for (const block of blocks) block.home = this.home;
      return;
    }
    const past = { file: exchanged.before };
    for (const block of exchanged.removed) block.home = past;
    for (const block of exchanged.added) block.home = this.home;
  }

  get text(): string {
    this.whole ??= this.blocks.map(({ text }) => text).join('') + this.tail;
    return this.whole;
  }
  get length(): number {
    return this.tailOffset + this.tail.length;
  }
  private get tailOffset(): number {
    const last = this.blocks.at(-1);
    return last ? last.offset + last.text.length : 0;
  }

  /** A part of the text, without putting all of it together. */
  slice(start: number, end: number): string {
    if (this.whole !== undefined) return this.whole.slice(start, end);
    let text = '';
    for (let index = blockIndexAt(this.blocks, start); index < this.blocks.length; index++) {
      const block = this.blocks[index];
      if (!block || block.offset >= end) return text;
      text += block.text.slice(Math.max(0, start - block.offset), Math.max(0, end - block.offset));
    }
    const { tailOffset } = this;
    return text + this.tail.slice(Math.max(0, start - tailOffset), Math.max(0, end - tailOffset));
  }

  get declarations(): Declaration[] {
    return this.blocks.flatMap((block) => block.declarations);
  }

  /** The declarations of some kinds, in order; of the others not even the trees are looked at. */
  declared<K extends Declaration['$type']>(...kinds: readonly K[]): Extract<Declaration, { $type: K }>[] {
    const wanted = kinds as readonly Declaration['$type'][];
    return this.blocks.flatMap((block) => {
      if (!block.kinds.some((kind) => wanted.includes(kind))) return [];
      return block.declarations.filter((node): node is Extract<Declaration, { $type: K }> =>
        wanted.includes(node.$type),
      );
    });
  }

  /** Whether any part of the file could not be read. */
  get broken(): boolean {
    return this.problems.length > 0 || this.blocks.some((block) => block.broken);
  }

  /** The file in parts, in order: its blocks, and then what lies outside of them. */
  get parts(): readonly Part[] {
    return [...this.blocks.map((block) => this.partOf(block)), this.rest];
  }
  partOf(block: Block): Part {
    const { offset, text, declarations, problems } = block;
    return { file: this, offset, text, declarations, problems };
  }
  /** What no block covers. */
  get rest(): Part {
    return { file: this, offset: this.tailOffset, text: this.tail, declarations: [], problems: this.problems };
  }

  get lineTable(): Lines {
    this.lines ??= new Lines(this.text);
    return this.lines;
  }

  /**
   * Takes over where the blocks begin from the file of before an edit, if they still do.
   * @param first the first block that is another one; @param next the first that is the same again
   */
  takeOver(before: SourceFile, first: number, next: number): void {
    const { positions, blocks } = before;
    if (!positions || blocks.length !== this.blocks.length) return;
    this.positions = new BlockPositions(this.blocks, { positions, first, next });
  }

  private get beginningsOfBlocks(): BlockPositions {
    this.positions ??= new BlockPositions(this.blocks);
    return this.positions;
  }
  /** The same object before and after an edit for as long as all blocks begin where they did, as lines count. */
  get beginnings(): object {
    return this.beginningsOfBlocks.lines;
  }

  range(start: number, end: number): Range {
    const positions = this.beginningsOfBlocks;
    return {
      start: positions.position(start) ?? this.lineTable.position(start),
      end: positions.position(end) ?? this.lineTable.position(end),
    };
  }

  /** Offset of a position, whatever it is: beyond a line is its end, beyond the text the text's. */
  offsetAt(position: Position): number {
    const known = this.beginningsOfBlocks.offset(position);
    if (known !== undefined) return known;
    const { lineTable } = this;
    if (position.line < 0) return 0;
    if (position.line >= lineTable.count) return this.text.length;
    const start = lineTable.offset({ line: position.line, character: 0 });
    const end = /[^\r\n]*/y;
    end.lastIndex = start;
    const length = end.exec(this.text)?.[0].length ?? 0;
    return start + Math.min(Math.max(0, position.character), length);
  }

  /** The block that holds an offset, for an editor's cursor. Of two that touch there, the first. */
  blockAt(offset: number): Block | undefined {
    const block = this.blocks[blockIndexAt(this.blocks, offset)];
    return block && offset <= block.offset + block.text.length ? block : undefined;
  }
}

/** The index of the first block that ends at an offset or behind it. */
export function blockIndexAt(blocks: readonly Block[], offset: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block && block.offset + block.text.length < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
