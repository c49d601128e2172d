import { distance } from 'fastest-levenshtein';

/**
 * The candidate that a misspelt word most likely meant: at most four in ten of its letters differ (and never more than 3).
 * Letter case does not count. `undefined`: none is near.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(word.length * 0.4)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const far = distance(wanted, candidate.toLowerCase());
    if (far < bestDistance && candidate !== word) {
      best = candidate;
      bestDistance = far;
    }
  }
  return best;
}
