import type { Center } from '../center/center.ts';
import type { Clock } from '../clock.ts';
import { awayMs } from '../engine/index.ts';

/** Also how soon what became due without a time of its own is noticed, and a clock that was set. */
const longestMs = 1000;
const shortestMs = 100;
const afterFailureMs = 5000;

/**
 * Keeps Developer Center's time: calls `runDue` when something is due. All that is due stands in the store, so that nothing is
 * lost or done twice when the process ends.
 */
export class Scheduler {
  readonly #center: Pick<Center, 'runDue'>;
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  #callOff: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #lookedAt: number | null = null;
  #watchedSince = Number.NEGATIVE_INFINITY;

  /** @param failed is told of a failure; the work is tried again after five seconds */
  constructor(center: Pick<Center, 'runDue'>, clock: Clock, failed: (error: unknown) => void) {
    this.#center = center;
    this.#clock = clock;
    this.#failed = failed;
  }

  start(): void {
    this.#stopped = false;
    this.#lookedAt = null;
    this.#wait(0);
  }

  /** Ends after the work under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOff();
    await this.#running;
  }

  #wait(milliseconds: number): void {
    if (this.#stopped) return;
    this.#callOff = this.#clock.after(milliseconds, () => {
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    try {
      const now = this.#clock.now();
      // More than any busy machine makes of a second: the clock was set, or the machine slept.
      if (this.#lookedAt !== null && now - this.#lookedAt > awayMs) this.#watchedSince = now;
      this.#lookedAt = now;
      const next = await this.#center.runDue(this.#watchedSince);
      const wait = next === null ? longestMs : next - this.#clock.now();
      this.#wait(Math.min(longestMs, Math.max(shortestMs, wait)));
    } catch (error) {
      this.#failed(error);
      this.#wait(afterFailureMs);
    }
  }
}
