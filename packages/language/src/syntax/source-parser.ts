import type { CstNode } from 'langium';
import type { Source } from '../generated/ast.ts';
import { readSource } from '../generated/reader.ts';
import { Block, type BlockContent, type BlockReader, type Sought } from './block.ts';
import { cutBlocks } from './blocks.ts';
import { adoptConcrete, saysTheSame } from './concrete.ts';
import type { LangiumReader } from './langium-reader.ts';
import type { OtaplanLexer } from './lexer.ts';
import { nestsTooDeep } from './nesting.ts';
import type { Places } from './places.ts';
import type { SyntaxProblem } from './problems.ts';
import { Reading, unreadable } from './reading.ts';
import { SourceFile } from './source-file.ts';
import { TokenTable } from './token-table.ts';

const maximumBytes = 16 * 1024 * 1024;

/**
 * Parses files; one for as long as a host lives. It keeps nothing of the files. A declaration without mistakes is read by
 * the reader that is written from the grammar; only where that gives up, Langium's parser reads it, recovers and tells.
 */
export class SourceParser implements BlockReader {
  private readonly tokens = new TokenTable();
  private readonly makeLangium: () => LangiumReader;
  private langium: LangiumReader | undefined;

  /** @param makeLangium called once, at the first text that has a mistake or whose concrete syntax is asked for: Langium takes time to start */
  constructor(makeLangium: () => LangiumReader) {
    this.makeLangium = makeLangium;
  }

  private get thorough(): LangiumReader {
    this.langium ??= this.makeLangium();
    return this.langium;
  }

  get lexer(): OtaplanLexer {
    return this.thorough.lexer;
  }

  /**
   * Reads a file. Never throws, whatever the text.
   * @param previous the same file before an edit: its blocks are taken over where their text is unchanged
   */
  parse(uri: string, text: string, previous?: SourceFile): SourceFile {
    const tooMuch = tooLarge(text) ?? nestsTooDeep(text);
    if (tooMuch) return new SourceFile(uri, [], text, [tooMuch]);
    const kept = new Map<string, Block[]>();
    for (const block of previous?.blocks ?? []) {
      const same = kept.get(block.text);
      if (same) same.push(block);
      else kept.set(block.text, [block]);
    }
    const pieces = cutBlocks(text);
    const blocks = pieces.map(({ start, end }) => {
      const piece = detached(text, start, end);
      const block = kept.get(piece)?.shift() ?? this.parseBlock(piece);
      block.offset = start;
      return block;
    });
    return new SourceFile(uri, blocks, detached(text, pieces.at(-1)?.end ?? 0, text.length), []);
  }

  /**
   * Reads one piece.
   * @param before a block that stood here: when the new text means the same (a comment or a blank changed), its trees are
   *   kept, so that whoever refers to them still refers to what is in the file
   */
  parseBlock(text: string, before?: Block): Block {
    const content = this.readPlain(text) ?? this.readBroken(text);
    const mayKeep = before?.broken === false && !content.broken && before.declarations.length > 0;
    const kept = mayKeep && saysTheSame(before.root, content.tree) ? before.root : undefined;
    if (kept && !content.plain) adoptConcrete(kept, content.tree);
    return new Block(text, kept ? { ...content, tree: kept } : content, this);
  }

  private readPlain(text: string, places?: Places): BlockContent | undefined {
    const { tokens } = this;
    if (!tokens.cut(text)) return undefined;
    try {
      const reading = new Reading(tokens, places);
      const tree = readSource(reading);
      if (reading.kind !== 0) return undefined;
      return { tree, comments: tokens.comments, problems: [], broken: false, plain: true };
    } catch (error) {
      if (error !== unreadable) throw error;
      return undefined;
    }
  }

  private readBroken(text: string): BlockContent {
    const { tree, comments, problems, broken } = this.thorough.read(text);
    return { tree: tree as Source, comments, problems, broken, plain: false };
  }

  readAgain(text: string): Source {
    return (this.readPlain(text) ?? this.readBroken(text)).tree;
  }

  placesIn(text: string): Places {
    const places: Places = [];
    this.readPlain(text, places);
    return places;
  }

  makeConcrete(tree: Source, text: string): void {
    adoptConcrete(tree, this.thorough.read(text).tree);
  }

  findConcrete(cst: CstNode | undefined, what: Sought) {
    return this.thorough.find(cst, what);
  }
}

/** A part of a text that does not keep the whole text in memory. */
export function detached(text: string, start: number, end: number): string {
  // One that is most of the text may as well keep it.
  if ((end - start) * 2 > text.length) return text.slice(start, end);
  return [text.slice(start, start + 1), text.slice(start + 1, end)].join('');
}

/** The finding of a file that is too large to be read. */
function tooLarge(text: string): SyntaxProblem | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8: short texts need no count.
  if (mayBeRead(text.length) || utf8Length(text) <= maximumBytes) return undefined;
  const message =
    'The file is over 16 MiB. Put device keys into a list file and write `devices NAME of PRODUCT from "list.csv"`.';
  return { code: 'SYN011', start: 0, end: 0, message };
}

/** Whether a text of so many UTF-16 units is small enough for certain. */
export function mayBeRead(length: number): boolean {
  return length * 3 <= maximumBytes;
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
