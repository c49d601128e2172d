import type { SourceFile } from '@otaplan/language';
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver';
import type { Feature } from './feature.ts';

/** Blocks between braces, comments over several lines, and imports one below the other. */
export const folding: Feature = {
  capabilities: { foldingRangeProvider: true },
  register(connection, session) {
    connection.onFoldingRanges(
      session.answering(({ textDocument }): FoldingRange[] => {
        const file = session.source(textDocument.uri)?.file;
        return file ? ranges(file) : [];
      }),
    );
  },
};

const scan = /"(?:\\.|[^"\\\n])*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[{}]/g;

/** By a scan of the text: folding also holds while a declaration cannot be read. */
function ranges(file: SourceFile): FoldingRange[] {
  const found: FoldingRange[] = [];
  const line = (offset: number) => file.range(offset, offset).start.line;
  const open: number[] = [];
  let comment: { start: number; end: number } | undefined;
  const closeComment = () => {
    if (comment && comment.end > comment.start) {
      found.push({ startLine: comment.start, endLine: comment.end, kind: FoldingRangeKind.Comment });
    }
    comment = undefined;
  };
  for (const { 0: token, index } of file.text.matchAll(scan)) {
    if (token.startsWith('"')) continue;
    const at = line(index);
    if (token.startsWith('//')) {
      const alone = !/\S/.test(file.text.slice(file.text.lastIndexOf('\n', index - 1) + 1, index));
      if (!alone) continue;
      if (comment && at === comment.end + 1) comment.end = at;
      else {
        closeComment();
        comment = { start: at, end: at };
      }
      continue;
    }
    closeComment();
    if (token.startsWith('/*')) {
      const end = line(index + token.length);
      if (end > at) found.push({ startLine: at, endLine: end, kind: FoldingRangeKind.Comment });
    } else if (token === '{') open.push(at);
    else {
      const start = open.pop();
      if (start !== undefined && at - 1 > start) found.push({ startLine: start, endLine: at - 1 });
    }
  }
  closeComment();
  const imports = [...file.text.matchAll(/^import\b/gm)].map(({ index }) => line(index));
  const [first = 0] = imports;
  const last = imports.at(-1) ?? 0;
  if (last > first) found.push({ startLine: first, endLine: last, kind: FoldingRangeKind.Imports });
  return found;
}
