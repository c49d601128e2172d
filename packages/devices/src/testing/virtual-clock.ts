import type { Clock } from '@otaplan/model';

/** A clock whose hands a test turns: timers run in order of their time. */
export class VirtualClock implements Clock {
  #now = 1_000_000;
  #timers: { due: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { due: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const first = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!first) break;
      this.#timers = this.#timers.filter((one) => one !== first);
      this.#now = Math.max(this.#now, first.due);
      first.run();
    }
    this.#now = end;
  }
}
