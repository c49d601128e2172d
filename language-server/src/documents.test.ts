import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Documents } from './documents.ts';

const edit = fc.record({
  line: fc.nat(8),
  from: fc.nat(12),
  endLine: fc.nat(8),
  to: fc.nat(12),
  text: fc.constantFrom('', 'x', 'a\nb', '\r\n', '😀'),
});

it('joins changes to one stretch outside of which nothing changed', () => {
  fc.assert(
    fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }), (batches) => {
      const before = 'one\ntwo two\n\nfour four\r\nfive';
      const documents = new Documents();
      const uri = documents.opened('file:///a.otaplan', 1, before);
      for (const [index, batch] of batches.entries()) {
        const changes = batch.map(({ line, from, endLine, to, text }) => ({
          range: { start: { line, character: from }, end: { line: endLine, character: to } },
          text,
        }));
        documents.changed('file:///a.otaplan', index + 2, changes);
      }
      const document = documents.get(uri);
      const after = document?.text.slice(0, document.text.length) ?? '';
      const change = document?.pending;
      expect(change).toBeDefined();
      const { start = 0, oldEnd = 0, newEnd = 0 } = change ?? {};
      expect(after.slice(0, start)).toBe(before.slice(0, start));
      expect(after.slice(newEnd)).toBe(before.slice(oldEnd));
    }),
  );
});

it('knows a document by any spelling of its address', () => {
  const documents = new Documents();
  const uri = documents.opened('file:///c%3A/plans/a%20b.otaplan', 1, 'x');
  expect(documents.changed('file:///c:/plans/a b.otaplan', 2, [{ text: 'y' }])).toBe(uri);
  expect(documents.get(uri)?.text.slice(0, 9)).toBe('y');
});
