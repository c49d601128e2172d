/** Time as it is passed in everywhere but in entry files: tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch. The wall clock: it may jump. */
  now(): number;
  /** Runs once after `milliseconds` of elapsed time. The result calls it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Randomness as it is passed in: `count` bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;
