import type { Ambient } from './ambient.ts';

/** An {@link Ambient} that a test owns: time passes when the test says so. */
export interface VirtualAmbient extends Ambient {
  /** Lets time pass and runs what falls due, in order. */
  advance(milliseconds: number): Promise<void>;
  /** How long each timer was set for, in the order in which they were set; deadlines are not among them when `skip` is given. */
  readonly waits: readonly number[];
  readonly pending: number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/**
 * @param options.skip timers of at most this many milliseconds run at once, with the clock moved on: so that a test over real
 * sockets does not wait out pauses, while longer deadlines hold
 * @param options.random what chance gives, in turn; 0.5 without
 */
export function virtualAmbient(options: { start?: number; skip?: number; random?: () => number } = {}): VirtualAmbient {
  let now = options.start ?? Date.UTC(2026, 10, 24, 8);
  let ids = 0;
  const timers = new Set<Timer>();
  const waits: number[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    waits,
    get pending() {
      return timers.size;
    },
    now: () => now,
    random: options.random ?? (() => 0.5),
    uniqueId: () => `id-${++ids}`,
    after(milliseconds, run) {
      const skipped = options.skip !== undefined && milliseconds <= options.skip;
      if (options.skip === undefined || skipped) waits.push(milliseconds);
      const timer = { due: now + milliseconds, run };
      timers.add(timer);
      if (skipped) {
        setImmediate(() => {
          if (!timers.delete(timer)) return;
          now = Math.max(now, timer.due);
          run();
        });
      }
      return () => timers.delete(timer);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settle();
      for (;;) {
        const next = [...timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        timers.delete(next);
        now = Math.max(now, next.due);
        next.run();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
