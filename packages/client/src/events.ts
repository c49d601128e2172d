import {
  DevicesEvent,
  PlanDeletedEvent,
  PlanEvent,
  type PlanOverview,
  type QueryOf,
  ResyncEvent,
  streamEvents,
} from '@otaplan/api';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { wait } from './ambient.ts';
import { ClientError, type Failure } from './failures.ts';
import { pauseBefore } from './retrying.ts';
import { TransportError } from './transport.ts';
import type { Wire } from './wire.ts';

/** What the stream of live changes tells. */
export type LiveEvent =
  /** Connected; `resumed`: nothing was missed, else read everything again. */
  | { readonly kind: 'connected'; readonly resumed: boolean }
  | { readonly kind: 'plan'; readonly overview: PlanOverview }
  | { readonly kind: 'planDeleted'; readonly planId: string }
  | {
      readonly kind: 'devices';
      readonly planId: string;
      readonly devices: readonly { readonly deviceKey: string; readonly status: string }[];
      readonly more: boolean;
    }
  /** The server could not resume: read everything again. */
  | { readonly kind: 'resync'; readonly reason: string }
  /** The stream broke; the next attempt is at `retryAt`. */
  | { readonly kind: 'disconnected'; readonly failure: Failure; readonly retryAt: number };

export interface EventsOptions {
  readonly query?: QueryOf<typeof streamEvents>;
  /** Ends the stream quietly. */
  readonly signal: AbortSignal;
  /** Milliseconds of silence after which the connection counts as dead; the server sends a comment far more often. */
  readonly idle?: number;
  /** Told whenever anything arrives, also what carries no event: the connection holds. */
  readonly onHeard?: () => void;
}

/** Failures that waiting does not mend. */
const lasting = new Set<Failure['kind']>([
  'signInRefused',
  'notPermitted',
  'notAnOtaplanServer',
  'redirected',
  'certificate',
]);

/**
 * Live changes, for as long as the signal lets them: reconnects with growing pauses and resumes behind the last event that was seen.
 * Throws a {@link ClientError} for what waiting does not mend.
 */
export async function* events(wire: Wire, options: EventsOptions): AsyncGenerator<LiveEvent, void, undefined> {
  const { signal } = options;
  const { ambient } = wire;
  const place: { lastId: string | null; retry: number } = { lastId: null, retry: 0 };
  let failures = 0;
  while (!signal.aborted) {
    let failure: Failure = { kind: 'unreachable', server: wire.origin, cause: 'the stream ended' };
    const since = ambient.now();
    try {
      const resume = place.lastId;
      const headers: Record<string, string> = { Accept: 'text/event-stream', 'Cache-Control': 'no-cache' };
      if (resume !== null) headers['Last-Event-ID'] = resume;
      const reply = await wire.open(streamEvents, { query: options.query ?? {}, signal }, headers);
      yield { kind: 'connected', resumed: resume !== null };
      const pending: LiveEvent[] = [];
      const parser = createParser({
        onEvent(message) {
          const event = read(message);
          if (event) pending.push(event);
          if (message.id !== undefined) place.lastId = message.id;
        },
        onRetry(milliseconds) {
          place.retry = milliseconds;
        },
      });
      const decoder = new TextDecoder();
      for await (const chunk of reply.chunks(options.idle ?? 60_000)) {
        options.onHeard?.();
        parser.feed(decoder.decode(chunk, { stream: true }));
        while (pending.length > 0) {
          const event = pending.shift();
          if (event) yield event;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ClientError) failure = error.failure;
      else if (error instanceof TransportError)
        failure = { kind: 'unreachable', server: wire.origin, cause: error.message };
      else throw error;
      if (lasting.has(failure.kind)) throw error;
      if (failure.kind === 'problem' && failure.document.status < 500) throw error;
    }
    if (signal.aborted) return;
    // A connection that held for a while was no failure of the server's.
    failures = ambient.now() - since > 30_000 ? 1 : failures + 1;
    const pause = Math.max(pauseBefore({ ...wire.retries, longestPause: 60_000 }, failures, ambient), place.retry);
    yield { kind: 'disconnected', failure, retryAt: ambient.now() + pause };
    await wait(ambient, pause, signal).catch(() => {});
  }
}

/** An event by its name; one that a newer server invented is left out, a broken one asks for reading again. */
function read(message: EventSourceMessage): LiveEvent | null {
  const broken: LiveEvent = { kind: 'resync', reason: 'an event could not be read' };
  let data: unknown;
  try {
    data = JSON.parse(message.data);
  } catch {
    return broken;
  }
  switch (message.event) {
    case 'plan': {
      const parsed = PlanEvent.safeParse(data);
      return parsed.success ? { kind: 'plan', overview: parsed.data } : broken;
    }
    case 'planDeleted': {
      const parsed = PlanDeletedEvent.safeParse(data);
      return parsed.success ? { kind: 'planDeleted', planId: parsed.data.planId } : broken;
    }
    case 'devices': {
      const parsed = DevicesEvent.safeParse(data);
      return parsed.success ? { kind: 'devices', ...parsed.data } : broken;
    }
    case 'resync': {
      const parsed = ResyncEvent.safeParse(data);
      return { kind: 'resync', reason: parsed.success ? parsed.data.reason : '' };
    }
    default:
      return null;
  }
}
