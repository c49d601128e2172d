import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Lines } from './lines.ts';

const text = fc.array(fc.constantFrom('ab', '\n', '\r', '\r\n', ' '), { maxLength: 20 }).map((parts) => parts.join(''));

it('knows after an edit the lines of the new text, and of the old one as well', () => {
  fc.assert(
    fc.property(text, text, fc.nat(40), fc.nat(40), (before, insert, from, length) => {
      const start = Math.min(from, before.length);
      const oldEnd = Math.min(start + length, before.length);
      const after = before.slice(0, start) + insert + before.slice(oldEnd);
      const old = new Lines(before);
      const now = new Lines(after);
      const oldPositions = positions(old, before);
      now.takeOver(old, start, oldEnd);
      expect(positions(now, after)).toEqual(positions(new Lines(after), after));
      expect(now.breaks).toBe(new Lines(after).breaks);
      expect(positions(old, before)).toEqual(oldPositions);
    }),
  );
});

function positions(lines: Lines, content: string) {
  return Array.from({ length: content.length + 1 }, (_, offset) => lines.position(offset));
}
