import {
  type BodyOf,
  type Endpoint,
  login,
  type ParamsOf,
  type QueryOf,
  type ReplyOf,
  refreshToken,
} from '@otaplan/api';
import { type Ambient, wait } from './ambient.ts';
import { directExchange, type Exchange } from './exchange.ts';
import { ClientError, type Failure, sayFailure } from './failures.ts';
import { pauseBefore, type RetryPolicy, usualRetries } from './retrying.ts';
import { createSession } from './session.ts';
import type { Credentials } from './signing.ts';
import { createTransport, type HttpReply, TransportError } from './transport.ts';
import { callName, judge, type Verdict } from './verdict.ts';

export interface WireOptions {
  /** Base address of Developer Center, such as `https://iot-api.acceleronix.io`. */
  readonly server: string;
  /** Asked at each log-in, and never kept. */
  readonly credentials: () => Promise<Credentials>;
  readonly ambient: Ambient;
  readonly retries?: RetryPolicy;
  /** Milliseconds until a whole reply must be here; 30 s without. */
  readonly timeout?: number;
  /** How requests reach servers; over connections of our own without. It is closed with what is made here. */
  readonly exchange?: Exchange;
  /** Told of every attempt; never with a query, a token or a body. */
  readonly onAttempt?: (attempt: { call: string; status: number | null; milliseconds: number }) => void;
}

/** What a call is made with, by the endpoint's schemas. */
export interface CallArguments<E extends Endpoint> {
  readonly params?: ParamsOf<E>;
  readonly query?: QueryOf<E>;
  readonly body?: BodyOf<E>;
  /** For an endpoint of bytes: called anew for each attempt. */
  readonly bytes?: { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };
  /** The revision that was seen, for edits guarded by `If-Match`. */
  readonly revision?: number;
  /** One is made when none is given. Its scope is one deed: use it again only to do the same thing again. */
  readonly idempotencyKey?: string;
  /** ETag that was seen: the result is then `notModified` when nothing changed. */
  readonly ifNoneMatch?: string | undefined;
  /** The call is harmless to repeat although its method does not say so. */
  readonly harmless?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A reply with what its headers say. */
export type Exchanged<E extends Endpoint> =
  | {
      readonly notModified: false;
      readonly reply: ReplyOf<E>;
      readonly etag: string | null;
      readonly maxAge: number | null;
    }
  | { readonly notModified: true; readonly maxAge: number | null };

/** Calls endpoints of one server: log-in, retries, errors with names. */
export interface Wire {
  readonly origin: string;
  readonly ambient: Ambient;
  readonly retries: RetryPolicy;
  call<E extends Endpoint>(endpoint: E, args: CallArguments<E>): Promise<ReplyOf<E>>;
  exchange<E extends Endpoint>(endpoint: E, args: CallArguments<E>): Promise<Exchanged<E>>;
  /** Opens a reply that is read as it comes; the caller reads `chunks`. */
  open<E extends Endpoint>(
    endpoint: E,
    args: CallArguments<E>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<HttpReply>;
  close(): Promise<void>;
}

/** Throws a TypeError when `server` is not an http or https address. */
export function createWire(options: WireOptions): Wire {
  const { ambient } = options;
  const url = new URL(options.server);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('The server is not an http address.');
  const transport = createTransport(url, ambient, options.exchange ?? directExchange());
  const retries = options.retries ?? usualRetries;
  const timeout = options.timeout ?? 30_000;
  const server = transport.origin;

  const session = createSession({
    server,
    ambient,
    credentials: options.credentials,
    logIn: (query) => call(login, { query }),
    refresh: (token) => call(refreshToken, { query: { grant_type: 'refresh_token', refresh_token: token } }),
  });

  function failureOf(error: TransportError, endpoint: Endpoint): Failure {
    switch (error.reason) {
      case 'cancelled':
        return { kind: 'cancelled' };
      case 'certificate':
        return { kind: 'certificate', server, cause: error.message };
      case 'timedOut':
        return { kind: 'timedOut', server, call: callName(endpoint), seconds: timeout / 1000 };
      case 'unreachable':
      case 'lost':
        return { kind: 'unreachable', server, cause: error.message };
    }
  }

  /** One attempt, as far as the reply's head. */
  async function send<E extends Endpoint>(
    endpoint: E,
    args: CallArguments<E>,
    headers: Record<string, string>,
  ): Promise<HttpReply> {
    const started = ambient.now();
    const report = (status: number | null) =>
      options.onAttempt?.({ call: callName(endpoint), status, milliseconds: ambient.now() - started });
    if (args.body !== undefined && endpoint.bodyType === 'json') headers['Content-Type'] = 'application/json';
    if (args.bytes) {
      headers['Content-Type'] = 'application/octet-stream';
      headers['Content-Length'] = String(args.bytes.size);
    }
    if (args.revision !== undefined && endpoint.ifMatch) headers['If-Match'] = `"${args.revision}"`;
    if (args.ifNoneMatch) headers['If-None-Match'] = args.ifNoneMatch;
    const body = args.bytes?.open() ?? (args.body === undefined ? undefined : JSON.stringify(args.body));
    try {
      const reply = await transport.send({
        method: endpoint.method,
        path: pathOf(endpoint, args.params ?? {}, args.query ?? {}),
        headers: { Accept: 'application/json, application/problem+json', 'User-Agent': 'otaplan', ...headers },
        ...(body === undefined ? {} : { body }),
        signal: args.signal,
        timeout,
      });
      report(reply.status);
      return reply;
    } catch (error) {
      report(null);
      throw error;
    }
  }

  async function attempt<E extends Endpoint>(
    endpoint: E,
    args: CallArguments<E>,
    headers: Record<string, string>,
    keep: (reply: HttpReply) => void,
  ): Promise<Verdict> {
    try {
      const reply = await send(endpoint, args, headers);
      keep(reply);
      if (endpoint.replyType !== 'json' && reply.status === endpoint.status)
        return { verdict: 'done', value: undefined };
      const text = await reply.text();
      const location = reply.header('location');
      const parts = { status: reply.status, location, retryAfter: reply.header('retry-after'), text };
      return judge(endpoint, parts, server, ambient.now());
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const again = error.reason !== 'cancelled' && error.reason !== 'certificate';
      return { verdict: 'failed', failure: failureOf(error, endpoint), again, after: null, maybeDone: error.sent };
    }
  }

  /** Repeats what may be repeated until there is a verdict to live with. */
  async function conclude<E extends Endpoint>(
    endpoint: E,
    args: CallArguments<E>,
    extra: Readonly<Record<string, string>> = {},
  ): Promise<{ verdict: Extract<Verdict, { verdict: 'done' | 'notModified' }>; reply: HttpReply | null }> {
    const writes = endpoint.method !== 'GET' && args.harmless !== true;
    const key = endpoint.idempotent ? (args.idempotencyKey ?? ambient.uniqueId()) : null;
    // An edit guarded by a revision would be refused as stale by its own first attempt.
    const guarded = endpoint.method === 'PUT' && endpoint.ifMatch;
    const repeatable = !writes || key !== null || (endpoint.method !== 'POST' && !guarded);
    let maybeDone = false;
    let signedInAgain = false;
    for (let failures = 1; ; ) {
      if (args.signal?.aborted) throw new ClientError({ kind: 'cancelled' });
      const headers: Record<string, string> = { ...extra };
      const token = endpoint.access === 'anyone' ? null : await session.token(args.signal);
      if (token !== null) headers['Authorization'] = token;
      if (key !== null) headers['Idempotency-Key'] = key;
      let reply: HttpReply | null = null;
      const verdict = await attempt(endpoint, args, headers, (got) => {
        reply = got;
      });
      switch (verdict.verdict) {
        case 'done':
        case 'notModified':
          return { verdict, reply };
        case 'signInAgain': {
          if (token === null || signedInAgain) {
            throw new ClientError({ kind: 'signInRefused', server, code: verdict.code, detail: verdict.detail });
          }
          signedInAgain = true;
          session.refused(token);
          continue;
        }
        case 'failed':
      }
      const { failure } = verdict;
      const gone = failure.kind === 'problem' && failure.name === 'not-found';
      if (maybeDone && gone && endpoint.method === 'DELETE')
        return { verdict: { verdict: 'done', value: undefined }, reply };
      maybeDone ||= verdict.maybeDone;
      const pause = Math.max(pauseBefore(retries, failures, ambient), verdict.after ?? 0);
      const worthwhile =
        verdict.again && failures < retries.attempts && (verdict.after ?? 0) <= retries.longestRetryAfter;
      if (!worthwhile || (verdict.maybeDone && !repeatable))
        throw new ClientError(last(endpoint, failure, writes && maybeDone));
      failures++;
      await wait(ambient, pause, args.signal).catch(() => {
        throw new ClientError(writes && maybeDone ? unknown(endpoint, 'cancelled') : { kind: 'cancelled' });
      });
    }
  }

  function unknown(endpoint: Endpoint, cause: string): Failure {
    return { kind: 'outcomeUnknown', server, call: callName(endpoint), cause };
  }
  /** The truth about a write whose reply was lost is that its outcome is not known; a refusal by name is an answer. */
  function last(endpoint: Endpoint, failure: Failure, open: boolean): Failure {
    const answered = failure.kind === 'problem' && failure.name !== null && failure.name !== 'key-in-progress';
    if (endpoint.path === login.path && (failure.kind === 'cloudCode' || failure.kind === 'notPermitted')) {
      const code = failure.kind === 'cloudCode' ? failure.code : 403;
      return { kind: 'signInRefused', server, code, detail: failure.detail };
    }
    return open && !answered ? unknown(endpoint, causeOf(failure)) : failure;
  }

  async function exchange<E extends Endpoint>(endpoint: E, args: CallArguments<E>): Promise<Exchanged<E>> {
    const { verdict, reply } = await conclude(endpoint, args);
    const maxAge = /max-age=(\d+)/.exec(reply?.header('cache-control') ?? '')?.[1];
    const seconds = maxAge === undefined ? null : Number(maxAge);
    if (verdict.verdict === 'notModified') return { notModified: true, maxAge: seconds };
    const etag = reply?.header('etag') ?? null;
    // The verdict's value was parsed with this endpoint's own schema.
    return { notModified: false, reply: verdict.value as ReplyOf<E>, etag, maxAge: seconds };
  }
  async function call<E extends Endpoint>(endpoint: E, args: CallArguments<E>): Promise<ReplyOf<E>> {
    const { verdict } = await conclude(endpoint, args);
    return (verdict.verdict === 'done' ? verdict.value : undefined) as ReplyOf<E>;
  }

  return {
    origin: server,
    ambient,
    retries,
    call,
    exchange,
    async open(endpoint, args, headers) {
      const { reply } = await conclude(endpoint, args, headers);
      if (reply === null) throw new TypeError('An opened reply is never without one.');
      return reply;
    },
    close: () => transport.close(),
  };
}

function causeOf(failure: Failure): string {
  switch (failure.kind) {
    case 'unreachable':
      return failure.cause;
    case 'timedOut':
      return `no answer within ${failure.seconds} s`;
    case 'badReply':
      return failure.detail.replace(/\.$/, '');
    case 'busy':
      return `HTTP ${failure.status}`;
    case 'cancelled':
      return 'cancelled';
    default:
      return sayFailure(failure).replace(/\.$/, '');
  }
}

function pathOf(endpoint: Endpoint, params: object, query: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.append(name, String(value));
  }
  return search.size > 0 ? `${path}?${search}` : path;
}
