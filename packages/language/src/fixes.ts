import type { Fix, TextEdit } from './findings.ts';
import { Lines } from './syntax/lines.ts';

/** Applies edits that do not overlap, all in positions of the text before. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const lines = new Lines(text);
  const byPlace = edits
    .map(({ range, newText }) => ({ start: lines.offset(range.start), end: lines.offset(range.end), newText }))
    .sort((a, b) => b.start - a.start || b.end - a.end);
  return byPlace.reduce((done, { start, end, newText }) => done.slice(0, start) + newText + done.slice(end), text);
}

/** The files as they are after a fix. A file that the fix names and that is not there is made. */
export function applyFix(files: ReadonlyMap<string, string>, fix: Fix): Map<string, string> {
  const changed = new Map(files);
  for (const [uri, edits] of Map.groupBy(fix.edits, (edit) => edit.uri))
    changed.set(uri, applyEdits(files.get(uri) ?? '', edits));
  return changed;
}
