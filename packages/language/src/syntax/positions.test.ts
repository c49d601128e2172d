import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defaultParser } from '../services.ts';
import { Lines } from './lines.ts';

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

it('finds by blocks the same positions and offsets as by all lines', () => {
  fc.assert(
    fc.property(text, (content) => {
      const file = defaultParser().parse('file:///a.otaplan', content);
      const lines = new Lines(content);
      for (let offset = 0; offset <= content.length; offset++) {
        const position = lines.position(offset);
        expect(file.range(offset, offset).start).toEqual(position);
        const insideBreak = content[offset - 1] === '\r' && content[offset] === '\n';
        if (!insideBreak) expect(file.offsetAt(position)).toBe(offset);
      }
    }),
  );
});
