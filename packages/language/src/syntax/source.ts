/** A file as it is read: its text in blocks, their trees, and where every word stands. */
export { Block, blockOfNode } from './block.ts';
export { concreteOf, fileOf, type Place, placeOf, placeOfKeyword, textAt } from './place.ts';
export { blockIndexAt, type Part, SourceFile } from './source-file.ts';
export { detached, mayBeRead, SourceParser } from './source-parser.ts';
