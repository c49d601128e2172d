import type { Clock } from '@otaplan/model';

export type { Clock, RandomBytes } from '@otaplan/model';

/** The machine's own clock; for entry files. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    // Node keeps at most 2^31-1 ms; nothing here waits that long in one go.
    const timer = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
