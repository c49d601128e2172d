/** Time as it is passed in: tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once after `milliseconds`. The result calls it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Randomness as it is passed in: `count` bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;
