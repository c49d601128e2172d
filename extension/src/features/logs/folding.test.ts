import { describe, expect, it } from 'vitest';
import { attemptsOf } from './folding.ts';

const folds = (text: string) => {
  const lines = text.split('\n');
  return attemptsOf(lines.length, (line) => lines[line] ?? '');
};

describe('folds of a log', () => {
  it('are its attempts, without the heading and the empty line between them', () => {
    const text = '# Spring\n# Local\n\nFOTA · attempt 1\n  a\n  b\n\nFOTA · attempt 2\n  c\n';
    expect(folds(text)).toEqual([
      [3, 5],
      [7, 8],
    ]);
  });
  it('are none where there is nothing below a heading', () => {
    expect(folds('# Spring\n\n')).toEqual([]);
    expect(folds('FOTA · attempt 1')).toEqual([]);
  });
});
