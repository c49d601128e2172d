import type { Clock } from '../clock.ts';

/** How many calls a caller may make: `burst` at once, `perSecond` for ever. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

const usualBuckets = 10_000;

/** A bucket of tokens for every caller: generous, so that only a loop gone wild meets its bottom. */
export class Rates {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #mostBuckets: number;

  /** @param mostBuckets callers that are remembered; of more, those that were not heard of for longest begin anew */
  constructor(rate: Rate, clock: Clock, mostBuckets = usualBuckets) {
    this.#rate = rate;
    this.#clock = clock;
    this.#mostBuckets = mostBuckets;
  }

  /** Takes a token. @returns 0 when there was one, else the whole seconds after which to come again */
  take(caller: string): number {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#rate.burst, at: now };
    // A wall clock that jumps back fills nothing; it never empties.
    const passed = Math.max(0, now - bucket.at) / 1000;
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + passed * this.#rate.perSecond);
    bucket.at = now;
    // Re-inserted so that the map stays in order of use and the longest unused is forgotten first.
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    if (this.#buckets.size > this.#mostBuckets) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#rate.perSecond));
    bucket.tokens -= 1;
    return 0;
  }
}
