import type { Clock } from '@otaplan/model';
import type { Tally } from './tally.ts';

export interface IdleTimes {
  /** How long everything must have been quiet, milliseconds. */
  readonly settle: number;
  /** The same while no device was ever given a plan: one may be on its way. */
  readonly patience: number;
}

/** Pauses between automatic attempts grow to 16 minutes and jitter; a server that does not say when is not believed for longer. */
const longestRetryPause = 20 * 60_000;

/**
 * Whether work is left, as far as devices can know. It is, while a device is starting, working or cut off; and while one waits
 * for an automatic retry, which comes by itself within minutes. It is not, for devices that only a person can move,
 * for those that never move again (silent, offline, held, refused), and for those that have done their part: a device
 * that rejected has, until the rejection period is over and it gets the plan again.
 */
export function workIsLeft(tally: Tally, quietForMilliseconds: number): boolean {
  const { counts, waitingFor } = tally;
  const retries = quietForMilliseconds < longestRetryPause ? waitingFor.retry : 0;
  return counts.starting + counts.working + counts.reconnecting + retries > 0;
}

/** Calls back once nothing has changed for the settling time with no work left. */
export class IdleWatch {
  readonly #clock: Clock;
  readonly #times: IdleTimes;
  readonly #tally: () => Tally;
  readonly #idle: () => void;
  #callOff: (() => void) | null = null;
  #lastChange: number;
  #over = false;

  constructor(clock: Clock, times: IdleTimes, tally: () => Tally, idle: () => void) {
    this.#clock = clock;
    this.#times = times;
    this.#tally = tally;
    this.#idle = idle;
    this.#lastChange = clock.now();
  }

  /** Something happened. Cheap: the timer is set once and looks at the time of the last change when it rings. */
  changed(): void {
    this.#lastChange = this.#clock.now();
    if (this.#callOff === null && !this.#over) this.#set(this.#needed());
  }

  stop(): void {
    this.#over = true;
    this.#callOff?.();
    this.#callOff = null;
  }

  #needed(): number {
    const { planned, longestRest } = this.#tally();
    return longestRest + (planned > 0 ? this.#times.settle : this.#times.patience);
  }

  #set(milliseconds: number): void {
    // Never longer than the settling time: what is needed gets less once the first plan has come.
    this.#callOff = this.#clock.after(Math.min(milliseconds, this.#times.settle), () => this.#look());
  }

  #look(): void {
    this.#callOff = null;
    const quietFor = this.#clock.now() - this.#lastChange;
    const needed = this.#needed();
    if (workIsLeft(this.#tally(), quietFor)) this.#set(needed);
    else if (quietFor < needed) this.#set(needed - quietFor);
    else {
      this.stop();
      this.#idle();
    }
  }
}
