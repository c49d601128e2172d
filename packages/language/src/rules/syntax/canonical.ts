import type { Finding } from '../../findings.ts';
import { canonicalParts, formatFile } from '../../format/format.ts';
import type { SourceFile } from '../../syntax/source.ts';
import { type Problem, rule } from '../rule.ts';
import { toFinding } from '../run.ts';

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
    const steps = lookOver(file);
    let step = steps.next();
    while (!step.done) step = steps.next();
    if (step.value) yield step.value;
  },
});

/**
 * Finds out whether a file is in canonical format, one declaration a step, so that a host can do other things in between.
 * Returns SYN012 or nothing; nothing as well for a file that cannot be read in full.
 */
export function* canonicalSteps(file: SourceFile): Generator<void, Finding | undefined> {
  if (file.broken) return undefined;
  const problem = yield* lookOver(file);
  return problem && toFinding(syn012, problem);
}

function* lookOver(file: SourceFile): Generator<void, Problem | undefined> {
  const { text } = file;
  let at = 0;
  for (const part of canonicalParts(file)) {
    if (!text.startsWith(part, at)) return differsAt(file, at + sameLength(part, text, at));
    at += part.length;
    yield;
  }
  return at < text.length ? differsAt(file, at) : undefined;
}

function differsAt(file: SourceFile, offset: number): Problem {
  const start = file.text.lastIndexOf('\n', offset - 1) + 1;
  const newline = file.text.indexOf('\n', start);
  const whole = { source: file, start: 0, end: file.text.length };
  return {
    at: { source: file, start, end: newline === -1 ? file.text.length : newline },
    message:
      'From here on the file is not in canonical format. Run `otaplan format` on it, or format it in the editor.',
    fixes: () => [{ title: 'Format the file', safe: true, edits: [{ at: whole, text: formatFile(file).text }] }],
  };
}

/** How many characters of a part stand at a place of a text. */
function sameLength(part: string, text: string, at: number): number {
  let same = 0;
  while (same < part.length && part[same] === text[at + same]) same++;
  return same;
}
