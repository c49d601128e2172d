import { type Ambient, type Client, ClientError, type Failure, type LogLine, pauseBefore, wait } from '@otaplan/client';

export interface LogTailOptions {
  readonly planId: string;
  readonly deviceKey: string;
  /** Component identifier; all of the device's components without. */
  readonly component?: string;
  /** Id of the last line that was seen. */
  readonly after?: number;
  /** Ends the tail quietly. */
  readonly signal: AbortSignal;
  readonly ambient: Ambient;
  /** Told when the reading fails and is tried again, and by `null` when it works again. */
  readonly onTrouble?: (failure: Failure | null) => void;
}

/** Pauses between readings: quick after news, slower while there is silence. */
const news = { attempts: 1, firstPause: 1000, longestPause: 10_000, longestRetryAfter: 0 };

/**
 * The lines of a device's log, those that are there and then new ones as they come, in batches; each line once. Goes on behind the
 * last line after any interruption. Throws a {@link ClientError} for what waiting does not mend.
 */
export async function* followLog(
  client: Client,
  options: LogTailOptions,
): AsyncGenerator<readonly LogLine[], void, undefined> {
  const { signal, ambient, planId, deviceKey, component } = options;
  let after = options.after;
  let quiet = 0;
  let troubled = false;
  while (!signal.aborted) {
    const batch: LogLine[] = [];
    let failed = false;
    try {
      const query = {
        limit: 500,
        ...(component === undefined ? {} : { component }),
        ...(after === undefined ? {} : { after }),
      };
      for await (const line of client.plans.log(planId, deviceKey, query, { signal })) {
        if (after !== undefined && line.id <= after) continue;
        after = line.id;
        batch.push(line);
        if (batch.length >= 500) yield batch.splice(0);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ClientError)) throw error;
      const { failure } = error;
      const passing = failure.kind === 'unreachable' || failure.kind === 'timedOut' || failure.kind === 'busy';
      if (!passing) throw error;
      failed = true;
      options.onTrouble?.(failure);
    }
    if (troubled && !failed) options.onTrouble?.(null);
    troubled = failed;
    if (batch.length > 0) {
      quiet = 0;
      yield batch;
    }
    quiet++;
    await wait(ambient, pauseBefore(news, quiet, ambient), signal).catch(() => {});
  }
}
