import { formatFile } from '../../format/format.ts';
import { rule } from '../rule.ts';

export const syn012 = rule({
  code: 'SYN012',
  severity: 'hint',
  title: 'Not in canonical format',
  sentence: 'A file should be in canonical format.',
  why: 'There is one way to say a thing: then a diff shows what changed and nothing else.',
  bad: 'plan "Spring" { retry 5 times }',
  good: 'plan "Spring" {\n  retry 5 times\n}',
  on: 'file',
  needsWhole: true,
  onRequest: true,
  *check(file) {
    const result = formatFile(file);
    if (result.kind === 'refused' || result.text === file.text) return;
    const at = { source: file, ...firstDifference(file.text, result.text) };
    const whole = { source: file, start: 0, end: file.text.length };
    yield {
      at,
      message: 'From here on the file is not in canonical format. Run `otaplan format` on it.',
      fixes: () => [{ title: 'Format the file', safe: true, edits: [{ at: whole, text: result.text }] }],
    };
  },
});

/** The first line that differs, to its end. */
function firstDifference(text: string, other: string): { start: number; end: number } {
  let same = 0;
  while (same < text.length && text[same] === other[same]) same++;
  const start = text.lastIndexOf('\n', same - 1) + 1;
  const newline = text.indexOf('\n', start);
  return { start, end: newline === -1 ? text.length : newline };
}
