import type { Ambient } from './ambient.ts';

/** The machine's own clock, timers and chance: for entry files, which hand it to everything below. */
export const systemAmbient: Ambient = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  uniqueId: () => crypto.randomUUID(),
};
