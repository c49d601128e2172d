import type { Host } from './host.ts';

/**
 * Does something once nothing happened for a while. While things happen one timer runs and the instant moves: steady
 * typing would else set and call off a timer at each keystroke, and each wakes the process.
 */
export class Pause {
  private readonly host: Pick<Host, 'after' | 'ticks'>;
  private readonly work: () => void;
  private due: number | undefined;
  private running = false;

  constructor(host: Pick<Host, 'after' | 'ticks'>, work: () => void) {
    this.host = host;
    this.work = work;
  }

  /** Something happened: the work is to wait so many milliseconds from now on. */
  begin(milliseconds: number): void {
    this.due = this.host.ticks() + milliseconds;
    if (!this.running) this.wait(milliseconds);
  }

  private wait(milliseconds: number): void {
    this.running = true;
    this.host.after(milliseconds, () => {
      this.running = false;
      const left = (this.due ?? 0) - this.host.ticks();
      if (left > 1) this.wait(left);
      else this.work();
    });
  }
}
