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
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if ((code >= 48 && code <= 57) || code === 10 || code === 32 || code === 13 || code === 9) continue;
    if (at - from >= run) {
      stretches.push({ start, text: text.slice(start, from + margin) });
      start = at - margin;
    }
    from = at + 1;
  }
  stretches.push({ start, text: text.slice(start) });
  kept.set(part, stretches);
  return stretches;
}
