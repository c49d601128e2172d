import type { LimitFunction } from 'p-limit';
import type { Dispatcher } from 'undici';
import type { Profile } from '../profile/profile.ts';
import type { BackoffBounds } from '../protocol/backoff.ts';
import type { LongPolls } from './long-polls.ts';
import type { Schedule } from './schedule.ts';
import type { Tally } from './tally.ts';

/** What the devices of one simulation have in common. */
export interface World {
  readonly profile: Profile;
  readonly schedule: Schedule;
  readonly tally: Tally;
  /** Runs a download when it is its turn. */
  readonly downloadTurn: LimitFunction;
  /** For package files, which may lie on another host. */
  readonly files: Dispatcher;
  readonly longPolls: LongPolls;
  /** How long Developer Center may hold a plan read, seconds. */
  readonly pollSeconds: number;
  readonly backoff: BackoffBounds;
}
