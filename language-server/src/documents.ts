import type { Change } from '@otaplan/language';
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { languageId } from './protocol.ts';
import { normalUri } from './uris.ts';

/** A document that is open in the editor. Its text is the editor's, not the file's. */
export interface OpenDocument {
  /** As the client spells it. */
  readonly clientUri: string;
  text: TextDocument;
  /** What changed since it was last read, as one stretch; `undefined`: nothing. */
  pending: Change | undefined;
}

/** The open documents, by normal address. */
export class Documents {
  private readonly open = new Map<string, OpenDocument>();

  get(uri: string): OpenDocument | undefined {
    return this.open.get(uri);
  }
  get uris(): Iterable<string> {
    return this.open.keys();
  }

  opened(clientUri: string, version: number, text: string): string {
    const uri = normalUri(clientUri);
    const document = TextDocument.create(uri, languageId, version, text);
    this.open.set(uri, { clientUri, text: document, pending: undefined });
    return uri;
  }

  /** Takes in changes; what they come to is one stretch, from the first that differs to the last. */
  changed(clientUri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): string | undefined {
    const uri = normalUri(clientUri);
    const document = this.open.get(uri);
    if (!document) return undefined;
    for (const change of changes) {
      const before = document.text;
      const length = before.getText().length;
      let [start, end] = [0, length];
      let clean: TextDocumentContentChangeEvent = change;
      if ('range' in change) {
        // Positions beyond a line or the text mean its end; an end before its start is swapped with it. The document
        // is told clean ones: it loses count of its lines where they lie beyond the text.
        const offsets = [before.offsetAt(change.range.start), before.offsetAt(change.range.end)];
        [start, end] = [Math.min(...offsets), Math.max(...offsets)];
        clean = { range: { start: before.positionAt(start), end: before.positionAt(end) }, text: change.text };
      }
      document.text = TextDocument.update(before, [clean], version);
      document.pending = joined(document.pending, length, start, end, change.text.length);
    }
    return uri;
  }

  closed(clientUri: string): string {
    const uri = normalUri(clientUri);
    this.open.delete(uri);
    return uri;
  }
}

/** Two changes one after the other as one: what stays at both ends stays in both. */
function joined(pending: Change | undefined, length: number, start: number, end: number, inserted: number): Change {
  const tail = length - end;
  if (!pending) return { start, oldEnd: end, newEnd: start + inserted };
  const { start: first, oldEnd, newEnd } = pending;
  const head = Math.min(first, start);
  const keptTail = Math.min(length - newEnd, tail);
  const lengthBefore = length - newEnd + oldEnd;
  const lengthAfter = length - (end - start) + inserted;
  return { start: head, oldEnd: lengthBefore - keptTail, newEnd: lengthAfter - keptTail };
}
