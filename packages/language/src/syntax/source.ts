import { type AstNode, type CstNode, GrammarUtils, type LangiumCoreServices } from 'langium';
import type { Declaration, Source } from '../generated/ast.ts';
import { cutBlocks } from './blocks.ts';
import { adoptConcrete, dropConcrete } from './concrete.ts';
import type { Comment, OtaplanLexer } from './lexer.ts';
import { Lines, type Position, type Range } from './lines.ts';
import { depthsOf, type NestingOfPiece, nestsTooDeep } from './nesting.ts';
import { BlockPositions } from './positions.ts';
import { parsePiece, type SyntaxProblem } from './problems.ts';

/** A stretch of a file in absolute offsets. */
export interface Place {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/**
 * One parsed piece of a file. Everything in it counts from the piece's own beginning, so a block whose text did not
 * change is kept as it is when the file around it does; only `offset` and `file` move with it.
 */
export interface Block {
  readonly text: string;
  readonly declarations: readonly Declaration[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** Whether anything was lost to a syntax error: rules about what is missing stay silent then. */
  readonly broken: boolean;
  /** Where its lines start, worked out when first asked for. */
  readonly lines: Lines;
  readonly nesting: NestingOfPiece;
  /** The parser that read it and can read it again. */
  readonly parser: SourceParser;
  offset: number;
  file: SourceFile | undefined;
  /** Whether the places of words are at hand; see {@link forgetPlaces}. */
  concrete: boolean;
}

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

const maximumBytes = 16 * 1024 * 1024;

/** A file as text, cut into blocks. */
export class SourceFile {
  readonly uri: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Findings about the file as a whole, in absolute offsets. */
  readonly problems: readonly SyntaxProblem[];
  private lines: Lines | undefined;
  private positions: BlockPositions | undefined;

  constructor(uri: string, text: string, blocks: readonly Block[], problems: readonly SyntaxProblem[]) {
    this.uri = uri;
    this.text = text;
    this.blocks = blocks;
    this.problems = problems;
    for (const block of blocks) block.file = this;
  }

  get declarations(): Declaration[] {
    return this.blocks.flatMap((block) => block.declarations);
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
  /** What no block covers: blanks at the end, or all of a file that could not be read. */
  get rest(): Part {
    const last = this.blocks.at(-1);
    const offset = last ? last.offset + last.text.length : 0;
    return { file: this, offset, text: this.text.slice(offset), declarations: [], problems: this.problems };
  }

  get lineTable(): Lines {
    this.lines ??= new Lines(this.text);
    return this.lines;
  }

  range(start: number, end: number): Range {
    this.positions ??= new BlockPositions(this.blocks);
    return {
      start: this.positions.position(start) ?? this.lineTable.position(start),
      end: this.positions.position(end) ?? this.lineTable.position(end),
    };
  }

  /** Offset of a position, whatever it is: beyond a line is its end, beyond the text the text's. */
  offsetAt(position: Position): number {
    this.positions ??= new BlockPositions(this.blocks);
    const known = this.positions.offset(position);
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

const blockOf = new WeakMap<AstNode, Block>();

/** Parses files; one for as long as a host lives. It keeps nothing of the files. */
export class SourceParser {
  private readonly services: LangiumCoreServices;

  constructor(services: LangiumCoreServices) {
    this.services = services;
  }

  get lexer(): OtaplanLexer {
    return this.services.parser.Lexer as OtaplanLexer;
  }

  /**
   * Reads a file. Never throws, whatever the text.
   * @param previous the same file before an edit: its blocks are taken over where their text is unchanged
   */
  parse(uri: string, text: string, previous?: SourceFile): SourceFile {
    const tooMuch = tooLargeOrDeep(text);
    if (tooMuch) return new SourceFile(uri, text, [], [tooMuch]);
    const kept = new Map<string, Block[]>();
    for (const block of previous?.blocks ?? []) {
      const same = kept.get(block.text);
      if (same) same.push(block);
      else kept.set(block.text, [block]);
    }
    const blocks = cutBlocks(text).map(({ start, end }) => {
      const piece = detached(text, start, end);
      const block = kept.get(piece)?.shift() ?? this.parseBlock(piece);
      block.offset = start;
      return block;
    });
    return new SourceFile(uri, text, blocks, []);
  }

  /**
   * Reads one piece.
   * @param before a block that stood here: when the new text means the same (a comment or a blank changed), its trees are
   *   kept, so that whoever refers to them still refers to what is in the file
   */
  parseBlock(text: string, before?: Block): Block {
    const { tree, comments, problems, broken } = parsePiece(text, this.services);
    const [first] = before?.broken === false && !broken ? before.declarations : [];
    const kept =
      first?.$container !== undefined && adoptConcrete(first.$container, tree) ? first.$container : undefined;
    const block: Block = {
      text,
      declarations: ((kept ?? tree) as Source).declarations,
      comments,
      problems,
      broken,
      lines: new Lines(text),
      nesting: depthsOf(text),
      parser: this,
      offset: 0,
      file: undefined,
      concrete: true,
    };
    blockOf.set(kept ?? tree, block);
    return block;
  }

  /** Reads a block's text again, for the places of its words. */
  reread(block: Block): void {
    block.concrete = true;
    const [first] = block.declarations;
    if (first?.$container) adoptConcrete(first.$container, parsePiece(block.text, this.services).tree);
  }
}

/** A part of a text that does not keep the whole text in memory. */
export function detached(text: string, start: number, end: number): string {
  // One that is most of the text may as well keep it.
  if ((end - start) * 2 > text.length) return text.slice(start, end);
  return [text.slice(start, start + 1), text.slice(start + 1, end)].join('');
}

/**
 * Lets go of the places of a block's words, by far the largest part of a tree. They come back when asked for
 * ({@link placeOf}), by reading the block's text again.
 */
export function forgetPlaces(block: Block): void {
  if (!block.concrete) return;
  block.concrete = false;
  // From the root down: it holds the whole concrete tree.
  const [first] = block.declarations;
  if (first?.$container) dropConcrete(first.$container);
}

function concreteOf(node: AstNode, block: Block): CstNode | undefined {
  if (!block.concrete) block.parser.reread(block);
  return node.$cstNode;
}

/** The block that a node was read from. */
export function blockOfNode(node: AstNode): Block {
  let root = node;
  while (root.$container) root = root.$container;
  const block = blockOf.get(root);
  if (!block) throw new Error('The node belongs to no parsed file.');
  return block;
}

/** The file that a node stands in. */
export function fileOf(node: AstNode): SourceFile {
  const { file } = blockOfNode(node);
  if (!file) throw new Error('The node belongs to no parsed file.');
  return file;
}

/**
 * Where a node stands, or the words of one of its properties (or of the `index`-th value of a list property).
 * Without such words it is the node as a whole.
 */
export function placeOf(node: AstNode, property?: string, index?: number): Place {
  const block = blockOfNode(node);
  const source = fileOf(node);
  const whole = concreteOf(node, block);
  const part = property === undefined ? undefined : GrammarUtils.findNodeForProperty(whole, property, index);
  const cst = part ?? whole;
  if (!cst) return { source, start: block.offset, end: block.offset };
  return { source, start: block.offset + cst.offset, end: block.offset + cst.end };
}

/** Where a keyword of a node stands, else the node's first word. */
export function placeOfKeyword(node: AstNode, keyword: string): Place {
  const block = blockOfNode(node);
  const cst = GrammarUtils.findNodeForKeyword(concreteOf(node, block), keyword);
  if (cst) return { source: fileOf(node), start: block.offset + cst.offset, end: block.offset + cst.end };
  const whole = placeOf(node);
  const word = /^\S+/.exec(whole.source.text.slice(whole.start, whole.end))?.[0] ?? '';
  return { ...whole, end: whole.start + word.length };
}

/** The text of a place. */
export function textAt(place: Place): string {
  return place.source.text.slice(place.start, place.end);
}

function tooLargeOrDeep(text: string): SyntaxProblem | undefined {
  return tooLarge(text) ?? nestsTooDeep(text);
}

/** The finding of a file that is too large to be read. */
export function tooLarge(text: string): SyntaxProblem | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8: short texts need no count.
  if (text.length * 3 <= maximumBytes || utf8Length(text) <= maximumBytes) return undefined;
  const message =
    'The file is over 16 MiB. Put device keys into a list file and write `devices NAME of PRODUCT from "list.csv"`.';
  return { code: 'SYN011', start: 0, end: 0, message };
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of the pair's four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}
