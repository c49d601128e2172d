import type { Clock } from '../clock.ts';

/** A clock whose hands a test turns. Timers run in order of their time, each at its own instant. */
export class VirtualClock implements Clock {
  #now: number;
  #elapsed = 0;
  #timers = new Map<number, { due: number; run: () => void }>();
  #next = 0;

  /** @param start milliseconds, or an instant in ISO 8601 */
  constructor(start: number | string = '2027-03-01T08:00:00Z') {
    this.#now = typeof start === 'string' ? Date.parse(start) : start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { due: this.#elapsed + Math.max(0, milliseconds), run });
    return () => void this.#timers.delete(id);
  }

  /** Lets time pass: timers that fall due run, also those that they start. */
  advance(milliseconds: number): void {
    const end = this.#elapsed + milliseconds;
    for (;;) {
      let first: [number, { due: number; run: () => void }] | null = null;
      for (const entry of this.#timers)
        if (entry[1].due <= end && (!first || entry[1].due < first[1].due)) first = entry;
      if (!first) break;
      this.#timers.delete(first[0]);
      this.#now += first[1].due - this.#elapsed;
      this.#elapsed = first[1].due;
      first[1].run();
    }
    this.#now += end - this.#elapsed;
    this.#elapsed = end;
  }

  /** Sets the wall clock without any time passing, as a correction of the machine's clock does. */
  jump(to: number | string): void {
    this.#now = typeof to === 'string' ? Date.parse(to) : to;
  }
}
