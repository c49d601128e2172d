/** How many units two texts have in common at their beginnings. */
export function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  // Whole stretches are compared at once: texts of a megabyte differ in one place.
  for (let step = 4096; step >= 1; step = step >> 4) {
    while (at + step <= most && a.slice(at, at + step) === b.slice(at, at + step)) at += step;
    if (step === 1) break;
  }
  return at;
}

/** How many units two texts have in common at their ends, of the part that follows `start`. */
export function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  for (let step = 4096; step >= 1; step = step >> 4) {
    while (
      count + step <= most &&
      a.slice(a.length - count - step, a.length - count) === b.slice(b.length - count - step, b.length - count)
    ) {
      count += step;
    }
    if (step === 1) break;
  }
  return count;
}
