import { createHash } from 'node:crypto';
import { ProblemError } from '../center/problem-error.ts';
import type { Clock } from '../clock.ts';
import type { AccountStore, KeptReply } from '../store/accounts.ts';
import type { Log } from './log.ts';

/** Replies are kept at least this long (`developer-center.md`, section 10). */
export const keepRepliesMs = 48 * 60 * 60 * 1000;
/** A claim that no process can still be working on. */
const staleAfterMs = 10 * 60 * 1000;

/** One request that came with an Idempotency-Key. */
export interface GuardedRequest {
  readonly who: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Reads the key of a request; `null`: it has none. */
export function guardedRequest(
  who: string,
  request: { method: string; path: string; key: string | null },
  body: Uint8Array,
): GuardedRequest | null {
  if (request.key === null) return null;
  if (!/^[\x21-\x7e]{1,255}$/.test(request.key))
    throw new ProblemError('invalid-request', 'An Idempotency-Key is 1 to 255 visible ASCII characters.');
  const fingerprint = createHash('sha256').update(`${request.method} ${request.path}\n`).update(body).digest('hex');
  return { who, key: request.key, fingerprint };
}

/**
 * Does a request once: repeats get the kept reply. The key is claimed on disk before anything happens, so that after a crash the
 * repeat knows that the first may have had its effect (`again`).
 * A reply that says "not done" frees the key: the same request may be tried again.
 */
export class Idempotency {
  readonly #store: AccountStore;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(store: AccountStore, clock: Clock, log: Log) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  async once(guarded: GuardedRequest, run: (again: boolean) => Promise<KeptReply>): Promise<KeptReply> {
    const { who, key, fingerprint } = guarded;
    const claim = await this.#store.claimIdempotencyKey(who, key, fingerprint, this.#clock.now(), staleAfterMs);
    switch (claim.kind) {
      case 'done':
        return claim.reply;
      case 'reused':
        throw new ProblemError('key-reused', 'Use a new Idempotency-Key for a new request.');
      case 'inProgress':
        throw new ProblemError('key-in-progress', 'Send the same request again in a moment.');
      case 'claimed':
        return this.#run(who, key, () => run(claim.again));
    }
  }

  async #run(who: string, key: string, run: () => Promise<KeptReply>): Promise<KeptReply> {
    let reply: KeptReply;
    try {
      reply = await run();
    } catch (error) {
      await this.#store.abandonIdempotencyKey(who, key).catch((failure: unknown) => {
        this.#log.error({ err: failure }, 'An Idempotency-Key could not be freed.');
      });
      throw error;
    }
    try {
      await this.#store.keepReply(who, key, reply);
    } catch (error) {
      // It was done, and saying otherwise would be a lie; a repeat finds the claim and recovers.
      this.#log.error({ err: error }, 'A reply could not be kept for repeats.');
    }
    return reply;
  }
}
