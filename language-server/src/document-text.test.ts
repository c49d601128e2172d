import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DocumentText } from './document-text.ts';

const bit = fc.constantFrom('x', 'yy', '\n', '\r\n', '\r', '😀', 'a line of its own\n'.repeat(700));
const edit = fc.record({
  at: fc.nat(),
  length: fc.oneof(fc.nat(3), fc.nat(20_000)),
  text: fc.array(bit, { maxLength: 3 }),
});

describe('the text of a document', () => {
  it('is that of a plain one after any edits, and finds positions where that does', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(bit, { maxLength: 9 }), fc.array(edit, { maxLength: 6 }), (bits, edits) => {
        let plain = bits.join('');
        const text = new DocumentText(1, plain);
        for (const { at, length, text: inserted } of edits) {
          const start = at % (plain.length + 1);
          const end = Math.min(plain.length, start + length);
          plain = plain.slice(0, start) + inserted.join('') + plain.slice(end);
          text.replace(start, end, inserted.join(''));
          expect(text.length).toBe(plain.length);
          expect(text.slice(0, plain.length)).toBe(plain);
          expect(text.slice(start, start + 9)).toBe(plain.slice(start, start + 9));
          const known = TextDocument.create('file:///a', 'otaplan', 1, plain);
          const lines = [0, 1, 699, 700, 701, known.lineCount - 1, known.lineCount, known.lineCount + 3];
          for (const line of lines) {
            for (const character of [0, 1, 2, 99])
              expect(text.offsetAt({ line, character })).toBe(known.offsetAt({ line, character }));
          }
        }
      }),
    );
  });
});
