/**
 * What a simulated device is doing, as far as it matters for "is there work left":
 * `starting` not heard of yet · `working` on a plan · `reconnecting` cannot reach Developer Center, so nobody knows ·
 * `waiting` has a plan, and the next move is not its own ·
 * `settled` nothing to do · and four that never move again by themselves: `silent`, `offline`, `held` (battery or signal
 * never good enough) and `refused` (its secret is not accepted).
 */
export const activities = [
  'starting',
  'working',
  'reconnecting',
  'waiting',
  'settled',
  'silent',
  'offline',
  'held',
  'refused',
] as const;
export type Activity = (typeof activities)[number];

/**
 * What a waiting device waits for: an automatic retry; a person who retries it; Developer Center, which does not ask
 * anything of it now. During the rejection period, and until the end user confirms a manual plan, a device has no plan.
 */
export type WaitingFor = 'retry' | 'person' | 'platform';

/** Counters of the whole simulation. Bytes are those of package files. */
export interface Traffic {
  exchanges: number;
  failedExchanges: number;
  reports: number;
  repeatedReports: number;
  bytes: number;
  downloads: number;
  flashed: number;
}

/** Counts of devices by activity, kept as they change; whoever listens hears of every change. */
export class Tally {
  readonly counts: Record<Activity, number>;
  readonly waitingFor: Record<WaitingFor, number> = {
    retry: 0,
    person: 0,

    platform: 0,
  };
  readonly traffic: Traffic = {
    exchanges: 0,
    failedExchanges: 0,
    reports: 0,
    repeatedReports: 0,
    bytes: 0,
    downloads: 0,
    flashed: 0,
  };
  /** Devices that read a plan message with a plan in it at least once. */
  planned = 0;
  /** The longest that a device rests between reads which are not held, milliseconds: so old is what it knows of its plan. */
  longestRest = 0;
  readonly #changed: () => void;

  constructor(devices: number, changed: () => void) {
    this.counts = Object.fromEntries(activities.map((name) => [name, 0])) as Record<Activity, number>;
    this.counts.starting = devices;
    this.#changed = changed;
  }

  /** One device goes from one activity to another. */
  move(from: Activity, to: Activity): void {
    this.counts[from]--;
    this.counts[to]++;
    this.#changed();
  }

  /** A device does not hear of a change before so many milliseconds have passed. */
  rests(milliseconds: number): void {
    this.longestRest = Math.max(this.longestRest, milliseconds);
  }

  /** One device waits for something else than before; `null`: for nothing. */
  wait(from: WaitingFor | null, to: WaitingFor | null): void {
    if (from !== null) this.waitingFor[from]--;
    if (to !== null) this.waitingFor[to]++;
    this.#changed();
  }
}
