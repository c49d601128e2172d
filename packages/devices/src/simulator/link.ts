import type { PlanMessage } from '@otaplan/api';
import type { Draws } from '../profile/draws.ts';
import type { Temper } from '../profile/temper.ts';
import { backoff } from '../protocol/backoff.ts';
import type { DeviceLine } from '../protocol/connection.ts';
import { ExchangeFailure } from '../protocol/failure.ts';
import type { NewReport, Outbox } from '../protocol/outbox.ts';
import type { World } from './world.ts';

/** Refusals in a row after which a device believes that its secret is not accepted. */
const mostRefusals = 5;
const mostReportsPerRequest = 100;

/**
 * A device's line to Developer Center: every exchange is repeated, with pauses, until it succeeded. Reports wait in the
 * outbox until they are acknowledged. The faults of the line (lost replies, doubles, wrong order) are played here.
 */
export class Link {
  readonly #connection: DeviceLine;
  readonly #outbox: Outbox;
  readonly #world: World;
  readonly #draws: Draws;
  readonly #temper: Temper;
  readonly #reconnecting: (yes: boolean) => void;
  #etag: string | null = null;
  /** Replies so far, apart by call: how many plan reads there are depends on time, and no report may. */
  readonly #replies = { reports: 0, plan: 0 };
  #pauses = 0;
  #pollAfter = 30;
  #hasPlan = false;

  /** @param reconnecting hears when exchanges begin to fail and when they succeed again */
  constructor(
    connection: DeviceLine,
    outbox: Outbox,
    world: World,
    draws: Draws,
    temper: Temper,
    reconnecting: (yes: boolean) => void,
  ) {
    this.#connection = connection;
    this.#outbox = outbox;
    this.#world = world;
    this.#draws = draws;
    this.#temper = temper;
    this.#reconnecting = reconnecting;
  }

  /** Forgets what a restart forgets: the next read gets the plan message whatever it is. */
  forget(): void {
    this.#etag = null;
  }

  /** Puts a report into the outbox. */
  report(report: NewReport): void {
    this.#outbox.add(report);
  }

  /** Sends now, unless devices gather their reports, or this one does to send them in the wrong order. */
  async push(): Promise<void> {
    if (this.#world.profile.reports === 'eachStep' && this.#temper.find('outOfOrder') === null) await this.flush();
  }

  /** Sends until every report is acknowledged. */
  async flush(): Promise<void> {
    if (this.#temper.find('outOfOrder') !== null) this.#outbox.rearrange((reports) => reports.reverse());
    const copies = this.#temper.find('duplicate')?.copies ?? 1;
    let most = Math.max(1, Math.floor(mostReportsPerRequest / copies));
    while (this.#outbox.length > 0) {
      const batch = this.#outbox.batch(most);
      if (await this.#send(batch, copies)) this.#outbox.acknowledge(batch.length);
      // Something in there is not understood. One by one, only that one is lost.
      else if (batch.length > 1) most = 1;
      else this.#outbox.acknowledge(1);
    }
  }

  /** Sends until it is acknowledged; `false`: it is not understood, and the same again would not be either. */
  async #send(batch: readonly unknown[], copies: number): Promise<boolean> {
    const sent = copies === 1 ? batch : batch.flatMap((report) => new Array<unknown>(copies).fill(report));
    const { traffic } = this.#world.tally;
    let sendings = 0;
    return await this.persist('reports', async () => {
      traffic.reports += sendings === 0 ? batch.length : 0;
      traffic.repeatedReports += sendings++ === 0 ? sent.length - batch.length : sent.length;
      try {
        await this.#connection.sendReports(sent);
      } catch (error) {
        if (error instanceof ExchangeFailure && error.kind === 'notUnderstood') return false;
        throw error;
      }
      this.#maybeLoseReply('reports');
      return true;
    });
  }

  /**
   * Reads the plan message, waiting until it changes.
   * @param mostMilliseconds look again after this long at the latest; `null`: as long as the server likes
   * @returns the new message, or `null` when it is the one read before
   */
  async read(mostMilliseconds: number | null): Promise<PlanMessage | null> {
    const most = mostMilliseconds ?? Number.POSITIVE_INFINITY;
    if (most < 1000 && this.#etag !== null) {
      await this.#world.schedule.milliseconds(most);
      return null;
    }
    const longest = this.#etag === null ? 0 : Math.floor(Math.min(this.#world.pollSeconds, most / 1000));
    const { longPolls } = this.#world;
    const mayWait = longest > 0 && longPolls.take(this.#hasPlan);
    try {
      return await this.persist('plan', async (failures) => {
        // After a failure it asks for an answer at once, to know that Developer Center is back.
        const wait = mayWait && failures === 0 ? longest : 0;
        const before = this.#world.schedule.now();
        const { message, etag } = await this.#connection.readPlan(this.#etag, wait);
        this.#maybeLoseReply('plan');
        this.#etag = etag;
        if (message !== null) {
          this.#pollAfter = message.pollAfter;
          this.#hasPlan = message.plan !== null;
        }
        // Not held, or nothing to hold it by: do as `pollAfter` says instead of asking without end. An answer that was late for another
        // reason was not held: a fleet that took it so would ask a busy Developer Center all the more.
        const held = mayWait && (wait === 0 || this.#world.schedule.now() - before > 500);
        if ((message === null && !held) || etag === null) await this.#rest(most);
        return message;
      });
    } finally {
      if (mayWait) longPolls.giveBack();
    }
  }

  /** Until it is time to read again, for a device whose read is not held. */
  async #rest(most: number): Promise<void> {
    const { profile, schedule } = this.#world;
    const { restSeconds } = profile;
    const pause = restSeconds === undefined ? this.#pollAfter * 1000 : schedule.inMilliseconds(restSeconds);
    this.#world.tally.rests(pause);
    await schedule.milliseconds(Math.min(most, pause));
  }

  /** Does an exchange again and again until it succeeds; it hears how often it failed in a row. @throws {ExchangeFailure} `refused`, when it stays so */
  async persist<T>(what: string, exchange: (failures: number) => Promise<T>): Promise<T> {
    const { schedule, tally } = this.#world;
    for (let failures = 1; ; failures++) {
      try {
        tally.traffic.exchanges++;
        const result = await exchange(failures - 1);
        if (failures > 1) this.#reconnecting(false);
        return result;
      } catch (error) {
        if (!(error instanceof ExchangeFailure) || schedule.stopped) throw error;
        tally.traffic.failedExchanges++;
        if (error.kind === 'refused' && failures >= mostRefusals) throw error;
        if (failures === 1) this.#reconnecting(true);
        const draw = this.#draws.draw(`pause ${what} ${this.#pauses++}`);
        await schedule.milliseconds(backoff(failures, error.retryAfterMilliseconds, draw, this.#world.backoff));
      }
    }
  }

  #maybeLoseReply(what: 'reports' | 'plan'): void {
    const fault = this.#temper.find('loseReplies');
    if (fault !== null && this.#draws.draw(`lost reply ${what} ${this.#replies[what]++}`) < fault.share) {
      throw new ExchangeFailure('unreachable', 'The reply was lost (fault of the profile).');
    }
  }
}
