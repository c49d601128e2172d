import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativePath, resolvePath } from './paths.ts';

const bases = [
  'file:///w/plans/spring.otaplan',
  'file:///a.otaplan',
  'untitled:Untitled-1',
  'vscode-vfs://host/a/b',
  '',
];

describe('a path that a source names', () => {
  it.each([
    ['lists/a.csv', 'file:///w/plans/lists/a.csv'],
    ['../a.csv', 'file:///w/a.csv'],
    ['..\\a.csv', 'file:///w/a.csv'],
    ['/etc/passwd', 'file:///etc/passwd'],
    ['//host/share', 'file:///host/share'],
    ['C:\\a.csv', 'file:///c%3A/a.csv'],
    ['a b%20.csv', 'file:///w/plans/a%20b%2520.csv'],
  ])('%s means %s', (path, uri) => {
    expect(resolvePath('file:///w/plans/spring.otaplan', path)).toBe(uri);
  });

  it('is resolved whatever it says, and wherever it is said', () => {
    const piece = fc.constantFrom(
      '/',
      '//',
      '\\',
      '..',
      '.',
      ':',
      'a',
      'C:',
      '%',
      '%zz',
      '?',
      '#',
      '\ud800',
      '\0',
      'é',
      ' ',
    );
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...bases), path, (base, said) => {
        const uri = resolvePath(base, said);
        expect(typeof relativePath(base, uri)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});
