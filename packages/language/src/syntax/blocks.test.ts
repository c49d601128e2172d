import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultParser } from '../default-parser.ts';
import { anyPlan } from '../fixtures/plans.ts';
import { printPlan } from '../print/print.ts';
import { cutBlocks } from './blocks.ts';

const pieces = (text: string) => cutBlocks(text).map(({ start, end }) => text.slice(start, end).trim());

describe('cutting a file into declarations', { timeout: 60_000 }, () => {
  it('knows texts, comments, braces and keywords used as names', () => {
    const parts = [
      '// above\nproduct plan { name "}{" /* } */ }  // beside',
      'devices devices of product from "plan.csv"',
      'import "x"',
      'devices of of plan {\n  plan\n}',
      'plan "a" { // {\n upgrade plan to "1" }',
    ];
    expect(pieces(parts.join('\n\n'))).toEqual(parts);
  });

  it('lets a declaration end one that was left open, with the comments above it', () => {
    expect(pieces('plan "a" {\n  targets {\n\n// b\nplan "b" {\n}\n')).toEqual([
      'plan "a" {\n  targets {',
      '// b\nplan "b" {\n}',
    ]);
    expect(pieces('product\nplan "b" { }')).toEqual(['product', 'plan "b" { }']);
  });

  it('covers the text in order but for blanks at its end', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('plan "', '"', '{', '}', '\n', '//', '/*', '*/', 'import', ' ', 'x') }),
        (text) => {
          let end = 0;
          for (const piece of cutBlocks(text)) {
            expect(piece.start).toBe(end);
            end = piece.end;
          }
          expect(text.slice(end).trim()).toBe('');
        },
      ),
    );
  });
});

describe('a list of 100,000 keys', { timeout: 60_000 }, () => {
  it('is one token, and each key has its place', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `8661230${i + 10_000_000}`);
    const file = defaultParser().parse('file:///a', `devices many of meter {\n${keys.join('\n')}\n}\n`);
    expect(file.blocks).toHaveLength(1);
    expect(file.broken).toBe(false);
    expect(file.declarations[0]).toMatchObject({ $type: 'Devices', name: 'many', product: 'meter' });
  });
});

describe('reading a file again after an edit', { timeout: 60_000 }, () => {
  it('gives what a fresh reading gives, and keeps blocks that did not change', () => {
    fc.assert(
      fc.property(
        anyPlan,
        fc.nat(),
        fc.constantFrom('{', '}', '"', 'x', '\n', '//', 'plan "b" {', ''),
        (plan, place, insert) => {
          const parser = defaultParser();
          const before = printPlan(plan);
          const at = place % before.length;
          const after = before.slice(0, at) + insert + before.slice(at + (insert === '' ? 3 : 0));
          const shape = (file: ReturnType<typeof parser.parse>) =>
            file.blocks.map(({ text, offset, problems, declarations }) => ({
              text,
              offset,
              problems,
              kinds: declarations.map((d) => d.$type),
            }));
          const first = parser.parse('file:///a', before);
          const again = parser.parse('file:///a', after, first);
          expect(shape(again)).toEqual(shape(parser.parse('file:///a', after)));
        },
      ),
      { numRuns: 60 },
    );
  });
});
