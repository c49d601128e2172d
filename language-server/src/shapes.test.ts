import { describe, expect, it } from 'vitest';
import { statementOf, stepsAfter, stepsOf } from './shapes.ts';
import { slots, statements } from './statements.ts';

/** What may come after some words of a statement of a plan. */
function next(block: string, words: string): string[] {
  const list = words.split(' ');
  const found = statementOf(block, list);
  if (!found) return [];
  const { steps } = stepsOf(found.statement);
  return stepsAfter(found.statement, list).map((index) => (index < 0 ? 'end' : (steps[index]?.text ?? '')));
}

describe('the shape of a statement', () => {
  it.each([
    ['plan', 'upgrade', ['component']],
    ['plan', 'upgrade modem', ['to']],
    ['plan', 'upgrade modem to "2.4.0"', ['from', 'using', 'end']],
    ['plan', 'upgrade modem to "2.4.0" from "2.3.0"', [',', 'using', 'end']],
    ['plan', 'upgrade modem to "2.4.0" from "2.3.0" ,', ['source']],
    ['plan', 'effective 2026-12-01', ['time']],
    ['plan', 'effective 2026-12-01 00:00', ['offset', 'to']],
    ['plan', 'effective 2026-12-01 00:00 +02:00', ['to']],
    ['plan', 'retry 5', ['times']],
    ['targets', 'include pilot', [',', 'end']],
    ['mode', 'after rejection', ['count']],
    ['waves', '10', ['%']],
    ['waves', '10 % then wait 24', ['duration-unit']],
  ])('in %s, after “%s” come %j', (block, words, wanted) => {
    expect(next(block, words).toSorted()).toEqual(wanted.toSorted());
  });

  it('has words for every slot', () => {
    for (const block of Object.values(statements)) {
      for (const { shape } of Object.values(block)) {
        for (const [, slot = ''] of shape.matchAll(/<([a-z-]+)>/g)) expect(slots[slot], slot).toBeDefined();
      }
    }
  });
});
