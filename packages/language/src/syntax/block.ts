import type { AstNode, CstNode } from 'langium';
import type { Declaration, Source } from '../generated/ast.ts';
import { dropConcrete } from './concrete.ts';
import type { Comment } from './lexemes.ts';
import { Lines } from './lines.ts';
import { depthsOf, type NestingOfPiece } from './nesting.ts';
import type { Places } from './places.ts';
import type { SyntaxProblem } from './problems.ts';
import { numberOf } from './reading.ts';
import type { Home, SourceFile } from './source-file.ts';

/** What was read of a piece of text. */
export interface BlockContent {
  readonly tree: Source;
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** Whether anything was lost to a syntax error. */
  readonly broken: boolean;
  /** Whether the reader made the tree: it has no concrete syntax, and can be made again at any time. */
  readonly plain: boolean;
}

/** What a block needs to be read again. */
export interface BlockReader {
  /** Reads a plain text once more. */
  readAgain(text: string): Source;
  /** Where the words of a plain text stand. */
  placesIn(text: string): Places;
  /** Gives a tree the concrete syntax that its text has. */
  makeConcrete(tree: Source, text: string): void;
  /** Where something stands in a node's concrete syntax. */
  findConcrete(cst: CstNode | undefined, what: Sought): { readonly start: number; readonly end: number } | undefined;
}

/** What is looked for in a node: the words of a property (or of one of its values), a keyword; nothing: the node as a whole. */
export interface Sought {
  readonly property?: string;
  readonly index?: number | undefined;
  readonly keyword?: string;
}

const blockOf = new WeakMap<AstNode, Block>();

/**
 * One piece of a file. Everything in it counts from the piece's own beginning, so a block whose text did not change is
 * kept as it is when the file around it does; only `offset` moves with it, and the file behind `home` becomes another one.
 */
export class Block {
  readonly text: string;
  readonly comments: readonly Comment[];
  readonly problems: readonly SyntaxProblem[];
  /** Whether anything was lost to a syntax error: rules about what is missing stay silent then. */
  readonly broken: boolean;
  /** Where its lines start, worked out when first asked for. */
  readonly lines: Lines;
  readonly nesting: NestingOfPiece;
  /** The kinds of its declarations, for who need not look at its tree. */
  readonly kinds: readonly Declaration['$type'][];
  offset = 0;
  home: Home | undefined;
  private readonly reader: BlockReader;
  private readonly plain: boolean;
  private tree: Source | undefined;
  /** A tree that was let go of may live on with somebody who looks at it: there is never a second one beside it. */
  private released: WeakRef<Source> | undefined;
  private places: Places | undefined;
  /** Whether the tree has its concrete syntax. */
  private concrete: boolean;

  constructor(text: string, { tree, comments, problems, broken, plain }: BlockContent, reader: BlockReader) {
    this.text = text;
    this.comments = comments;
    this.problems = problems;
    this.broken = broken;
    this.plain = plain;
    this.concrete = !plain;
    this.lines = new Lines(text);
    this.nesting = depthsOf(text);
    this.reader = reader;
    this.kinds = kindsOf(tree);
    this.tree = tree;
    this.home = undefined;
    blockOf.set(tree, this);
  }

  /** The file that it is in, or was in last. */
  get file(): SourceFile | undefined {
    return this.home?.file;
  }

  /** The root of the block's tree. */
  get root(): Source {
    if (this.tree) return this.tree;
    let root = this.released?.deref();
    if (!root) {
      root = this.reader.readAgain(this.text);
      blockOf.set(root, this);
      this.released = new WeakRef(root);
    }
    return root;
  }
  get declarations(): readonly Declaration[] {
    return this.root.declarations;
  }

  /** Lets go of the tree; it is read again when somebody asks for it. */
  releaseTree(): void {
    if (!this.plain || !this.tree) return;
    this.forgetPlaces();
    this.released = new WeakRef(this.tree);
    this.tree = undefined;
  }

  /**
   * Lets go of the places of words, by far the largest part of a tree. They come back when asked for, by reading the
   * block's text again.
   */
  forgetPlaces(): void {
    this.places = undefined;
    if (!this.concrete) return;
    this.concrete = false;
    dropConcrete(this.root);
  }

  /** A node's concrete syntax. */
  concreteOf(node: AstNode): CstNode | undefined {
    if (!this.concrete) {
      this.concrete = true;
      this.reader.makeConcrete(this.root, this.text);
    }
    return node.$cstNode;
  }

  /** Where a node stands in the block, or one of its properties, or a keyword of it. */
  find(node: AstNode, what: Sought) {
    const { property, index, keyword } = what;
    const at = this.plain ? numberOf(node) : undefined;
    if (at === undefined) return this.reader.findConcrete(this.concreteOf(node), what);
    this.places ??= this.reader.placesIn(this.text);
    const places = this.places[at];
    if (property !== undefined) return places?.property(property, index);
    return keyword === undefined ? places : places?.keyword(keyword);
  }
}

const oneKind = new Map<string, readonly Declaration['$type'][]>();

/** Nearly every block has one declaration: these share one list for each kind. */
function kindsOf({ declarations }: Source): readonly Declaration['$type'][] {
  const [first] = declarations;
  if (!first || declarations.length > 1) return declarations.map(({ $type }) => $type);
  const known = oneKind.get(first.$type) ?? [first.$type];
  oneKind.set(first.$type, known);
  return known;
}

/** The block that a node was read from. */
export function blockOfNode(node: AstNode): Block {
  let root = node;
  while (root.$container) root = root.$container;
  const block = blockOf.get(root);
  if (!block) throw new Error('The node belongs to no parsed file.');
  return block;
}
