import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { check, parseAll } from '../check.ts';
import { defaultParser } from '../default-parser.ts';
import { anyPlan } from '../fixtures/plans.ts';
import { compile } from '../lower/compile.ts';
import { lower } from '../lower/lower.ts';
import { Workspace } from '../meaning/workspace.ts';
import { printPlan } from '../print/print.ts';
import { emptyWorld } from '../world.ts';
import { format, formatStretch } from './format.ts';

const uri = 'file:///plan.otaplan';

function digests(text: string): string[] {
  const workspace = new Workspace(parseAll({ files: new Map([[uri, text]]) }), emptyWorld(0));
  return workspace.plans().map((plan) => {
    const result = lower(plan);
    return result.kind === 'plan' ? result.plan.digest : result.lacks.join();
  });
}

/** Something between two words of a text that changes nothing: blanks, line breaks and comments. */
const filler = fc.constantFrom(
  ' ',
  '  ',
  '\n',
  '\n\n\n',
  '\t',
  ' /* why */ ',
  ' // because\n',
  '\n// above\n',
  '\n\n/* a\n   b */\n',
  '\r\n',
);

/** Puts fillers between the words of a text, but not inside quotes. */
function shaken(text: string, fillers: readonly string[]): string {
  let at = 0;
  return text.replace(/"(?:\\.|[^"\\])*"|\s+/g, (match) =>
    match.startsWith('"') ? match : (fillers[at++ % fillers.length] ?? ' '),
  );
}

const shakenPlan = fc
  .record({ plan: anyPlan, fillers: fc.array(filler, { minLength: 1, maxLength: 40 }) })
  .map(({ plan, fillers }) => ({ plan, text: shaken(printPlan(plan), fillers) }));

describe('formatting', { timeout: 60_000 }, () => {
  it('done twice changes nothing more', () => {
    fc.assert(
      fc.property(shakenPlan, ({ text }) => {
        const once = format(text);
        expect(once.kind).toBe('formatted');
        expect(format(once.text).text).toBe(once.text);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps what the plan means', () => {
    fc.assert(
      fc.property(shakenPlan, ({ plan, text }) => {
        expect(digests(text)).toEqual([plan.digest]);
        expect(digests(format(text).text)).toEqual([plan.digest]);
      }),
      { numRuns: 80 },
    );
  });

  const comments = (text: string) =>
    (text.replace(/"(?:\\.|[^"\\])*"/g, '').match(/because|above|why|a\s+b/g) ?? [])
      .map((found) => found.replace(/\s+/g, ' '))
      .sort();

  it('of a stretch keeps what the file means, its comments, and what lies outside', () => {
    const texts = fc.record({
      text: fc
        .array(
          shakenPlan.map(({ text }) => text),
          { minLength: 1, maxLength: 3 },
        )
        .map((all) => all.join('\n')),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(texts, ({ text, from, to }) => {
        const file = defaultParser().parse(uri, text);
        const [start = 0, end = 0] = [from, to].map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
        const done = formatStretch(file, start, end);
        expect(digests(done)).toEqual(digests(text));
        expect(comments(done)).toEqual(comments(text));
        expect(format(done)).toEqual(format(text));
        expect(formatStretch(file, 0, text.length).trimEnd()).toBe(format(text).text.trimEnd());
        const untouched = file.blocks.filter(({ offset, text: own }) => offset > end || offset + own.length < start);
        for (const block of untouched) expect(done).toContain(block.text.trim());
      }),
      { numRuns: 60 },
    );
  });

  it('of a stretch passes over a declaration that cannot be read', () => {
    const text = 'plan "A" {\n  retry 5\n}\nplan "B" { retry 5 times }\n';
    const done = formatStretch(defaultParser().parse(uri, text), 0, text.length);
    expect(done).toBe('plan "A" {\n  retry 5\n}\nplan "B" {\n  retry 5 times\n}\n');
  });

  it('keeps every comment', () => {
    fc.assert(
      fc.property(shakenPlan, ({ text }) => {
        expect(comments(format(text).text)).toEqual(comments(text));
      }),
      { numRuns: 80 },
    );
  });

  it('refuses a file with a syntax error and says which', () => {
    const text = 'plan "A" {\n  retry 5\n}\n';
    expect(format(text)).toMatchObject({ kind: 'refused', text, reason: expect.stringContaining('Line 2') });
  });

  it('puts statements in the order of the example, and keeps comments beside them', () => {
    const text = `plan "A" { // a plan
// patience
  retry 5 times // often
  product meter }`;
    expect(format(text).text).toBe(`plan "A" {  // a plan
  product meter

  // patience
  retry 5 times  // often
}
`);
  });

  it('keeps the line ends of the file', () => {
    expect(format('plan "A" {\r\nretry 1 times\r\n}').text).toBe('plan "A" {\r\n  retry 1 time\r\n}\r\n');
  });
});

describe('any text', { timeout: 60_000 }, () => {
  const words = fc.constantFrom(
    'plan',
    'product',
    'package',
    'devices',
    'import',
    '"a"',
    '"',
    '{',
    '}',
    'of',
    'from',
    'targets',
    'include',
    'upgrade',
    'to',
    'mode',
    'silent',
    '1234',
    '2.4.0',
    '5',
    '%',
    '>=',
    'waves',
    '//',
    '/*',
    '*/',
    '\n',
    ',',
    ':',
    'x',
    '\\',
    '2026-12-01',
    '01:00',
    'é',
    '😀',
    '\0',
    '\ud800',
  );
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 60 }).map((list) => list.join(' ')),
  );

  it('is read, checked and formatted without a crash', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        check({ files: new Map([[uri, text]]) }, emptyWorld(0), { format: true });
        const result = format(text);
        expect(format(result.text).text).toBe(result.text);
      }),
      { numRuns: 400 },
    );
  });

  it('is also when it was a plan before something was cut out of it or put into it', () => {
    const damaged = fc
      .record({ plan: anyPlan, at: fc.nat(), cut: fc.nat({ max: 40 }), put: words })
      .map(({ plan, at, cut, put }) => {
        const whole = printPlan(plan);
        const place = at % whole.length;
        return `${whole.slice(0, place)} ${put} ${whole.slice(place + cut)}`;
      });
    fc.assert(
      fc.property(damaged, (text) => {
        compile({ files: new Map([[uri, text]]) }, emptyWorld(0), { format: true });
        const result = format(text);
        expect(format(result.text).text).toBe(result.text);
      }),
      { numRuns: 300 },
    );
  });
});
