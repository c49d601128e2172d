/** Time as it is passed in everywhere: tests turn the hands themselves. */
export interface Clock {
  /** Milliseconds since the epoch. The wall clock: it may jump. */
  now(): number;
  /** Runs once after `milliseconds` of elapsed time. The result calls it off. Does not keep the process alive by itself. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Randomness as it is passed in: bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;

/** The machine's own clock; for entry files. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    // Node keeps at most 2^31-1 ms; nothing here waits that long in one go.
    const timer = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
