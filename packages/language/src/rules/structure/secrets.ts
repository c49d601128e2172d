import type { SourceFile } from '../../syntax/source.ts';
import { stretchesOf } from '../../syntax/stretches.ts';
import { type Problem, rule } from '../rule.ts';

/** What secrets look like. Each part is anchored so that long texts are scanned once. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/g],
  ['a bearer token', /\b(?:Bearer|QJWT)\s+[A-Za-z0-9._~+/=-]{12,}/g],
  ['a token', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g],
  [
    'an access token',
    /\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16})\b/g,
  ],
  [
    'an access secret',
    /\b(?:access[_ -]?secret|secret[_ -]?key|client[_ -]?secret|api[_ -]?key)["']?\s*[:=]\s*["']?([^\s"',;]{8,})/gi,
  ],
  // A word after “password:” may be prose; one with digits in it is not.
  ['a password', /\b(?:password|passwd|pwd)["']?\s*[:=]\s*["']?(?=[^\s"',;]*\d)[^\s"',;]{8,}/gi],
];

/** A string of at least 32 letters and digits in all of upper case, lower case and digits: nobody names anything so. */
const random = /"(?=[^"\s]*[a-z])(?=[^"\s]*[A-Z])(?=[^"\s]*\d)[A-Za-z0-9+_=-]{32,}"/g;

export const sem014 = rule({
  code: 'SEM014',
  severity: 'error',
  title: 'Looks like a secret',
  sentence: 'A plan must hold no access secret, token or private key.',
  why: 'Plans are kept in version control and shown to reviewers. A secret that was written there has to be replaced.',
  bad: 'remarks "Authorization: Bearer abcdefghijkl.mnopqrstuvwx"',
  good: 'remarks "Wakes up faster from power saving"',
  on: 'part',
  *check(part) {
    for (const stretch of stretchesOf(part)) yield* secretsIn(part.file, part.offset + stretch.start, stretch.text);
  },
});

function* secretsIn(file: SourceFile, offset: number, text: string): Iterable<Problem> {
  const taken: { start: number; end: number }[] = [];
  for (const [what, pattern] of [...patterns, ['an access secret', random] as const]) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (taken.some((other) => start < other.end && end > other.start)) continue;
      taken.push({ start, end });
      const message = `This looks like ${what}. Remove it, and replace it where it is valid; credentials come from the environment or the keychain.`;
      yield { at: { source: file, start: offset + start, end: offset + end }, message };
    }
  }
}
