import type { Center } from './center.ts';

/** What came of a fault. */
export interface Outcome {
  /** How often it was done. */
  readonly tried: number;
  /** What had been acknowledged and was not there afterwards. */
  readonly lost: number;
  /** Sentences about what was not as it must be. */
  readonly wrong: readonly string[];
}

export interface Settings {
  readonly kills: number;
  /** Seconds that a paused server stays so. */
  readonly pause: number;
}

/** A fault of `faults.md`: done to a real process, or to a server on a clock of its own. */
export interface Fault {
  readonly name: string;
  /** Why it cannot be done here; `null`: it can. */
  readonly skip?: () => string | null;
  /** Only for a Developer Center that keeps everything in its folder. */
  readonly folderOnly?: boolean;
  /** Only for a Developer Center on PostgreSQL. */
  readonly postgresOnly?: boolean;
  /** @param center started, with nothing in it; stopped and verified afterwards */
  run(center: Center, settings: Settings): Promise<Outcome>;
}
