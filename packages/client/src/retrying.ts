import type { Ambient } from './ambient.ts';

/** How often and how long a call is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  readonly firstPause: number;
  readonly longestPause: number;
  /** A `Retry-After` beyond this is not waited for: the call fails as busy and says until when. */
  readonly longestRetryAfter: number;
}

export const usualRetries: RetryPolicy = {
  attempts: 4,
  firstPause: 300,
  longestPause: 10_000,
  longestRetryAfter: 60_000,
};

/**
 * The pause before the next attempt: doubling, capped, and spread between half and the whole of it so that clients that failed
 * together do not come back together.
 * @param failures how many attempts failed so far, from 1
 */
export function pauseBefore(policy: RetryPolicy, failures: number, ambient: Ambient): number {
  const most = Math.min(policy.longestPause, policy.firstPause * 2 ** Math.min(failures - 1, 30));
  return Math.round(most / 2 + (ambient.random() * most) / 2);
}

/**
 * What `Retry-After` asks for, in milliseconds from now: seconds or an HTTP date (RFC 9110, 10.2.3); one in the past is 0.
 * `null`: absent or not understood.
 */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // Date.parse takes much that is no HTTP date; all of those have a weekday and a month in letters.
  if (!/^[A-Za-z]{3,9},? /.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
