import type { Position, TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { DocumentText } from './document-text.ts';
import { normalUri } from './uris.ts';

/** A stretch that was replaced: from `start` to `oldEnd` before, to `newEnd` now. */
interface Stretch {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** A document that is open in the editor. Its text is the editor's, not the file's. */
export interface OpenDocument {
  /** As the client spells it. */
  readonly clientUri: string;
  readonly text: DocumentText;
  /** What changed since it was last read, as one stretch; `undefined`: nothing. */
  pending: Stretch | undefined;
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
    this.open.set(uri, { clientUri, text: new DocumentText(version, text), pending: undefined });
    return uri;
  }

  /** Takes in changes; what they come to is one stretch, from the first that differs to the last. */
  changed(clientUri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): string | undefined {
    const uri = normalUri(clientUri);
    const document = this.open.get(uri);
    if (!document) return undefined;
    const { text } = document;
    for (const change of changes) {
      const { length } = text;
      let [start, end] = [0, length];
      if ('range' in change) {
        // Positions beyond a line or the text mean its end; an end before its start is swapped with it.
        const offsets = [change.range.start, change.range.end].map((each) => text.offsetAt(cleanPosition(each)));
        [start, end] = [Math.min(...offsets), Math.max(...offsets)];
      }
      text.replace(start, end, change.text);
      document.pending = joined(document.pending, length, start, end, change.text.length);
    }
    text.version = version;
    return uri;
  }

  closed(clientUri: string): string {
    const uri = normalUri(clientUri);
    this.open.delete(uri);
    return uri;
  }
}

/** A position of whole numbers, none below zero; what is no number is zero. */
export function cleanPosition({ line, character }: Position): Position {
  const clean = (value: number) => (Number.isFinite(value) ? Math.max(0, Math.trunc(value)) : 0);
  // Before the text is its beginning, wherever in the line.
  return { line: clean(line), character: line < 0 ? 0 : clean(character) };
}

/** Two changes one after the other as one: what stays at both ends stays in both. */
function joined(pending: Stretch | undefined, length: number, start: number, end: number, inserted: number): Stretch {
  const tail = length - end;
  if (!pending) return { start, oldEnd: end, newEnd: start + inserted };
  const { start: first, oldEnd, newEnd } = pending;
  const head = Math.min(first, start);
  const keptTail = Math.min(length - newEnd, tail);
  const lengthBefore = length - newEnd + oldEnd;
  const lengthAfter = length - (end - start) + inserted;
  return { start: head, oldEnd: lengthBefore - keptTail, newEnd: lengthAfter - keptTail };
}
