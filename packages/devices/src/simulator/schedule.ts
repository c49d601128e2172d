import type { Clock } from '@otaplan/model';
import FlatQueue from 'flatqueue';

/** Thrown out of a wait when the simulation ends. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

interface Wait {
  readonly resolve: () => void;
  readonly reject: (reason: Stopped) => void;
}

/**
 * The waits of every device on one timer: a heap by time, and the clock is set for the first of it only.
 * Device time runs `speed` times as fast as the clock.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #queue = new FlatQueue<Wait>();
  readonly #speed: number;
  #callOff: (() => void) | null = null;
  #setFor = Number.POSITIVE_INFINITY;
  #stopped = false;

  /** @param speed seconds of a device in one second of the clock */
  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Waits in device time. */
  deviceSeconds(seconds: number): Promise<void> {
    return this.milliseconds((seconds * 1000) / this.#speed);
  }

  /** Device time as milliseconds of the clock. */
  inMilliseconds(deviceSeconds: number): number {
    return (deviceSeconds * 1000) / this.#speed;
  }

  /** Waits in the clock's own time, for what concerns the network and the server. */
  milliseconds(milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.reject(new Stopped());
    return new Promise((resolve, reject) => {
      this.#queue.push({ resolve, reject }, this.#clock.now() + milliseconds);
      this.#set();
    });
  }

  /** Ends every wait with `Stopped`. */
  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
    for (let wait = this.#queue.pop(); wait; wait = this.#queue.pop()) wait.reject(new Stopped());
  }

  #set(): void {
    const due = this.#queue.peekValue();
    if (due === undefined || due >= this.#setFor) return;
    this.#callOff?.();
    this.#setFor = due;
    this.#callOff = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#run());
  }

  #run(): void {
    this.#callOff = null;
    this.#setFor = Number.POSITIVE_INFINITY;
    // Timers may come up to a millisecond early; without the slack the heap would spin.
    const now = this.#clock.now() + 1;
    while ((this.#queue.peekValue() ?? Number.POSITIVE_INFINITY) <= now) this.#queue.pop()?.resolve();
    this.#set();
  }
}
