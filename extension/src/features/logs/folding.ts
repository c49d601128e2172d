/** First and last line, from 0, of each attempt in a log's text: its heading stands at the left, its lines are indented. */
export function attemptsOf(
  lineCount: number,
  lineAt: (line: number) => string,
): readonly (readonly [number, number])[] {
  const attempts: [number, number][] = [];
  let start: number | undefined;
  let last = 0;
  for (let line = 0; line < lineCount; line++) {
    const text = lineAt(line);
    if (text.startsWith('  ')) last = line;
    else if (text !== '') {
      if (start !== undefined && last > start) attempts.push([start, last]);
      start = text.startsWith('#') ? undefined : line;
    }
  }
  if (start !== undefined && last > start) attempts.push([start, last]);
  return attempts;
}
