import type { Center } from './center.ts';

/** What came of a fault. */
export interface Outcome {
  /** How often it was done. */
  readonly tried: number;
  /** What had been acknowledged and was not there afterwards. */
  readonly lost: number;
  /** Sentences about what was not as it must be. */
  readonly wrong: readonly string[];
  /** What else was seen, in figures: of this machine on that day, and no test. */
  readonly seen?: string;
}

export interface Settings {
  readonly kills: number;
  /** Seconds that a paused server stays so. */
  readonly pause: number;
}

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10';

/** What `server verify` and the look for secrets in what the servers said show after every fault. */
export const always: readonly Invariant[] = ['I4', 'I5', 'I6', 'I7', 'I8'];

/** A fault of `faults.md`: done to real processes. */
export interface Fault {
  /** Its heading in `faults.md`. */
  readonly of: 'client and server' | 'devices' | 'server' | 'time' | 'security';
  readonly name: string;
  /** What this fault itself looks at, beside {@link always}. */
  readonly looksAt: readonly Invariant[];
  /** Why it cannot be done here; `null`: it can. */
  readonly skip?: () => string | null;
  /** Only for a Developer Center that keeps everything in its folder. */
  readonly folderOnly?: boolean;
  /** Only for a Developer Center on PostgreSQL. */
  readonly postgresOnly?: boolean;
  /** @param center started, with nothing in it; stopped and verified afterwards */
  run(center: Center, settings: Settings): Promise<Outcome>;
}
