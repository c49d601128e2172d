import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultParser } from '../default-parser.ts';
import { editFile } from '../incremental/edit.ts';
import { Lines } from './lines.ts';
import type { SourceFile } from './source.ts';

const text = fc
  .array(
    fc.constantFrom(
      'plan "A" {\n',
      '}\n',
      '}',
      ' ',
      '\n',
      '\r\n',
      '\r',
      'import "a"',
      '// c\n',
      'product a {',
      'é😀',
      '"',
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** Asks a file for the position of every offset, and the other way round. */
function expectPositions(file: SourceFile, content: string): void {
  const lines = new Lines(content);
  for (let offset = 0; offset <= content.length; offset++) {
    const position = lines.position(offset);
    expect(file.range(offset, offset).start).toEqual(position);
    const insideBreak = content[offset - 1] === '\r' && content[offset] === '\n';
    if (!insideBreak) expect(file.offsetAt(position)).toBe(offset);
  }
}

it('finds by blocks the same positions and offsets as by all lines', () => {
  fc.assert(
    fc.property(text, (content) => expectPositions(defaultParser().parse('file:///a.otaplan', content), content)),
  );
});

it('finds them after edits as well', { timeout: 60_000 }, () => {
  const edit = fc.record({
    at: fc.nat(),
    length: fc.nat(3),
    insert: fc.constantFrom('', '\n', '\r', ' ', 'x', '// c'),
  });
  fc.assert(
    fc.property(text, fc.array(edit, { maxLength: 5 }), (before, edits) => {
      let content = before;
      let file = defaultParser().parse('file:///a.otaplan', content);
      for (const { at, length, insert } of edits) {
        // Positions are moved along only where somebody asked for some.
        file.range(0, 0);
        const start = at % (content.length + 1);
        const oldEnd = Math.min(content.length, start + length);
        ({ file } = editFile(defaultParser(), file, { start, oldEnd, insert }));
        content = content.slice(0, start) + insert + content.slice(oldEnd);
        expectPositions(file, content);
      }
    }),
  );
});
