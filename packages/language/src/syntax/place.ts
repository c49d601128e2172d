import type { AstNode, CstNode } from 'langium';
import { type Block, blockOfNode } from './block.ts';
import type { SourceFile } from './source-file.ts';

/** A stretch of a file in absolute offsets. */
export interface Place {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** The file that a node stands in. */
export function fileOf(node: AstNode): SourceFile {
  return fileOfBlock(blockOfNode(node));
}

function fileOfBlock({ file }: Block): SourceFile {
  if (!file) throw new Error('The node belongs to no parsed file.');
  return file;
}

/**
 * Where a node stands, or the words of one of its properties (or of the `index`-th value of a list property).
 * Without such words it is the node as a whole.
 */
export function placeOf(node: AstNode, property?: string, index?: number): Place {
  const block = blockOfNode(node);
  const part = property === undefined ? undefined : block.find(node, { property, index });
  const { start, end } = part ?? block.find(node, {}) ?? { start: 0, end: 0 };
  return { source: fileOfBlock(block), start: block.offset + start, end: block.offset + end };
}

/** Where a keyword of a node stands, else the node's first word. */
export function placeOfKeyword(node: AstNode, keyword: string): Place {
  const block = blockOfNode(node);
  const part = block.find(node, { keyword });
  if (part) return { source: fileOfBlock(block), start: block.offset + part.start, end: block.offset + part.end };
  const whole = placeOf(node);
  const word = /^\S+/.exec(block.text.slice(whole.start - block.offset, whole.end - block.offset))?.[0] ?? '';
  return { ...whole, end: whole.start + word.length };
}

/** The text of a place. */
export function textAt({ source, start, end }: Place): string {
  return source.slice(start, end);
}

/** A node's concrete syntax, for who looks at every word. */
export function concreteOf(node: AstNode): CstNode | undefined {
  return blockOfNode(node).concreteOf(node);
}
