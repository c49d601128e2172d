import { type Block, concreteOf, type SourceFile } from '@otaplan/language';
import { type AstNode, AstUtils, type CstNode, CstUtils, GrammarUtils, isLeafCstNode } from 'langium';
import type { Position } from 'vscode-languageserver';
import { cleanPosition } from './documents.ts';

/** The word at a cursor, and what the tree takes it for. */
export interface AtCursor {
  readonly block: Block;
  readonly node: AstNode;
  /** The property of `node` that the word is; `undefined`: a keyword or a sign. */
  readonly property: string | undefined;
  readonly word: string;
  /** Where the word stands in the file. */
  readonly start: number;
  readonly end: number;
}

/** Offset of a position, whatever a client sends. */
export function offsetAt(file: SourceFile, position: Position): number {
  return file.offsetAt(cleanPosition(position));
}

/** What stands at an offset; of two words that touch there, the second, unless it is a sign. */
export function atCursor(file: SourceFile, offset: number): AtCursor | undefined {
  const block = file.blockAt(offset);
  const [declaration] = block?.declarations ?? [];
  if (!block || !declaration) return undefined;
  const root = concreteOf(declaration);
  if (!root) return undefined;
  const inBlock = offset - block.offset;
  const here = leafAt(root, inBlock);
  const before = inBlock > 0 ? leafAt(root, inBlock - 1) : undefined;
  const leaf = here && /[\p{L}\p{N}_"]/u.test(here.text) ? here : (before ?? here);
  if (!leaf || leaf.offset > inBlock || leaf.end < inBlock) return undefined;
  // What the parser gave up while it recovered belongs to no tree.
  if (AstUtils.findRootNode(leaf.astNode) !== AstUtils.findRootNode(declaration)) return undefined;
  const property = GrammarUtils.findAssignment(leaf)?.feature;
  return {
    block,
    node: leaf.astNode,
    property,
    word: leaf.text,
    start: block.offset + leaf.offset,
    end: block.offset + leaf.end,
  };
}

function leafAt(root: CstNode, offset: number): CstNode | undefined {
  const leaf = CstUtils.findLeafNodeAtOffset(root, offset);
  return leaf && isLeafCstNode(leaf) && offset >= leaf.offset && offset < leaf.end ? leaf : undefined;
}
