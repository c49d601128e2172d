import { canonicalParts, formatStretch, type SourceFile } from '@otaplan/language';
import type { TextEdit } from 'vscode-languageserver';
import { offsetAt } from '../cursor.ts';
import type { Feature } from './feature.ts';

/** Canonical form of a document, of the declarations in a range, and of the one whose brace was just closed. */
export const formatting: Feature = {
  capabilities: {
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: { firstTriggerCharacter: '}' },
  },
  register(connection, session) {
    connection.onDocumentFormatting(
      session.answering(async ({ textDocument }, cancel) => {
        const file = session.source(textDocument.uri)?.file;
        // A file with syntax errors stays as it is.
        if (!file || file.broken) return [];
        let after = '';
        for (const part of canonicalParts(file)) {
          after += part;
          await session.pause(cancel, file);
        }
        return edits(file, after);
      }),
    );
    connection.onDocumentRangeFormatting(
      session.answering(({ textDocument, range }) => {
        const source = session.source(textDocument.uri);
        if (!source) return [];
        const { file } = source;
        return edits(file, formatStretch(file, offsetAt(file, range.start), offsetAt(file, range.end)));
      }),
    );
    connection.onDocumentOnTypeFormatting(
      session.answering(({ textDocument, position }) => {
        const source = session.source(textDocument.uri);
        if (!source) return [];
        const { file } = source;
        const block = file.blockAt(offsetAt(file, position));
        // While braces inside are closed one by one, the declaration is not whole yet.
        if (!block || block.broken || !block.text.trimEnd().endsWith('}')) return [];
        const end = block.offset + block.text.length;
        return edits(file, formatStretch(file, end, end));
      }),
    );
  },
};

/** The lines that differ, run by run, so that a cursor elsewhere stays where it is. */
function edits(file: SourceFile, after: string): TextEdit[] {
  if (after === file.text) return [];
  const before = linesOf(file.text);
  const target = linesOf(after);
  const found: TextEdit[] = [];
  let [i, j, at] = [0, 0, 0];
  while (i < before.length || j < target.length) {
    if (before[i] === target[j]) {
      at += before[i]?.length ?? 0;
      i++;
      j++;
      continue;
    }
    const { skip, take } = nextCommon(before, i, target, j);
    const end = before.slice(i, i + skip).reduce((sum, line) => sum + line.length, at);
    found.push({ range: file.range(at, end), newText: target.slice(j, j + take).join('') });
    at = end;
    i += skip;
    j += take;
  }
  return found;
}

/** How many lines on both sides lie before they meet again; both to the end when they do not within reach. */
function nextCommon(
  before: readonly string[],
  i: number,
  after: readonly string[],
  j: number,
): { skip: number; take: number } {
  const reach = 400;
  for (let distance = 1; distance <= reach; distance++) {
    for (let skip = 0; skip <= distance; skip++) {
      const take = distance - skip;
      const [left, right] = [before[i + skip], after[j + take]];
      // A line as common as a brace or a blank one says little: the next has to meet as well.
      if (
        left !== undefined &&
        left === right &&
        (left.trim().length > 1 || before[i + skip + 1] === after[j + take + 1])
      ) {
        return { skip, take };
      }
    }
  }
  return { skip: before.length - i, take: after.length - j };
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
