import type { Part } from './source.ts';

/** So long a text may hold a list of keys that is worth leaving out. */
const long = 20_000;
/** So long a run of digits and blanks is; what begins or ends within its margins is seen all the same. */
const run = 4000;
const margin = 1000;

/** A stretch of a part's text, with where it begins in it. */
export interface Stretch {
  readonly start: number;
  readonly text: string;
}

const kept = new WeakMap<Part, readonly Stretch[]>();

/** The text of a part without the inside of long runs of digits and blanks, such as lists of devices: nothing is found there. */
export function stretchesOf(part: Part): readonly Stretch[] {
  const { text } = part;
  if (text.length < long) return [{ start: 0, text }];
  const known = kept.get(part);
  if (known) return known;
  const stretches: Stretch[] = [];
  let start = 0;
  for (const { 0: blank, index } of text.matchAll(/[\d \t\r\n]+/g)) {
    if (blank.length < run) continue;
    stretches.push({ start, text: text.slice(start, index + margin) });
    start = index + blank.length - margin;
  }
  stretches.push({ start, text: text.slice(start) });
  kept.set(part, stretches);
  return stretches;
}
