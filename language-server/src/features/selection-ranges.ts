import type { SourceFile } from '@otaplan/language';
import type { CstNode } from 'langium';
import type { Position, Range, SelectionRange } from 'vscode-languageserver';
import { atCursor, offsetAt } from '../cursor.ts';
import type { Feature } from './feature.ts';

/** From a word to its statement, its block, its declaration, the file. */
export const selectionRanges: Feature = {
  capabilities: { selectionRangeProvider: true },
  register(connection, session) {
    connection.onSelectionRanges(
      session.answering(({ textDocument, positions }): SelectionRange[] => {
        const file = session.source(textDocument.uri)?.file;
        return file ? positions.map((position) => around(file, position)) : [];
      }),
    );
  },
};

function around(file: SourceFile, position: Position): SelectionRange {
  const offset = offsetAt(file, position);
  const cursor = atCursor(file, offset);
  const ranges: Range[] = [];
  const add = (start: number, end: number) => {
    const range = file.range(start, end);
    const last = ranges.at(-1);
    if (JSON.stringify(last) !== JSON.stringify(range)) ranges.push(range);
  };
  if (cursor) {
    const { block, word, start, end } = cursor;
    if (word.startsWith('"') && end - start > 2) add(start + 1, end - 1);
    if (end - start < 200) add(start, end);
    for (let cst: CstNode | undefined = cursor.node.$cstNode; cst; cst = cst.container) {
      if (cst.offset <= offset - block.offset && cst.end >= offset - block.offset) {
        add(block.offset + cst.offset, block.offset + cst.end);
      }
    }
  } else add(offset, offset);
  add(0, file.text.length);
  return ranges.reduceRight<SelectionRange | undefined>(
    (parent, range) => (parent ? { range, parent } : { range }),
    undefined,
  ) as SelectionRange;
}
