import type { z } from 'zod';

/**
 * What went wrong with one exchange, by what a device does about it:
 * - `unreachable`, `garbage` (not an answer of the protocol, such as a proxy's page or redirect), `busy` (429 and 5xx): the same
 *   again, after a pause;
 * - `refused` (401, 403, 404): the device is not known by this secret; a few times again, then give up;
 * - `addressOver` (a download address is too old): read the plan again, it has a new one;
 * - `notUnderstood` (400, 413, 415, 416, 422): the same again would not help.
 */
export type FailureKind = 'unreachable' | 'garbage' | 'busy' | 'refused' | 'addressOver' | 'notUnderstood';

/** One exchange with Developer Center that did not succeed. Nothing is known of what the server kept. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  readonly kind: FailureKind;
  /** What the server asked to wait (`Retry-After`), bounded; `null` when it did not say. */
  readonly retryAfterMilliseconds: number | null;

  constructor(kind: FailureKind, message: string, retryAfterMilliseconds: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}

const mostRetryAfter = 300_000;

/**
 * Reads `Retry-After`: seconds or an HTTP date; what is absent, past or senseless is `null`, what is huge is cut at five minutes.
 * @param now milliseconds since the epoch, to measure a date against
 */
export function retryAfter(header: string | string[] | undefined, now: number): number | null {
  if (typeof header !== 'string' || header.trim() === '') return null;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(wait) && wait > 0 ? Math.min(wait, mostRetryAfter) : null;
}

/** Whether a status says that the request itself is wrong. */
export function isNotUnderstood(status: number): boolean {
  return status === 400 || status === 413 || status === 415 || status === 416 || status === 422;
}

/** The failure that a status other than success means for a call of the device protocol. */
export function failureOf(status: number, retryAfterMilliseconds: number | null): ExchangeFailure {
  if (status === 429 || status >= 500) {
    return new ExchangeFailure('busy', `Developer Center answered ${status}.`, retryAfterMilliseconds);
  }
  if (status === 401 || status === 403 || status === 404) {
    return new ExchangeFailure('refused', `Developer Center does not know this device by this secret (${status}).`);
  }
  // A redirect is never followed: the secret must not reach another host. Some networks answer so before one has signed in.
  const kind = isNotUnderstood(status) ? 'notUnderstood' : 'garbage';
  return new ExchangeFailure(kind, `Developer Center answered ${status}.`);
}

/** Thrown by whoever looks at the pieces of a download to give it up; it passes through as it is and is not tried again. */
export class DownloadRefused extends Error {
  override readonly name = 'DownloadRefused';
}

/** Reads a reply of the device protocol. @throws {ExchangeFailure} `garbage` */
export function parseReply<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExchangeFailure('garbage', 'The reply is not JSON.');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ExchangeFailure('garbage', 'The reply is not a message of the device protocol.');
  return parsed.data;
}
