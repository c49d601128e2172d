import { cloudCodes, type Endpoint, ProblemDocument, problemName } from '@otaplan/api';
import type { Failure } from './failures.ts';
import { retryAfter } from './retrying.ts';

/** What a reply means for the call: its value, or what went wrong and whether another attempt makes sense. */
export type Verdict =
  | { readonly verdict: 'done'; readonly value: unknown }
  | { readonly verdict: 'notModified' }
  /** The token was refused; nothing was done. */
  | { readonly verdict: 'signInAgain'; readonly detail: string; readonly code: number }
  | {
      readonly verdict: 'failed';
      readonly failure: Failure;
      /** Another attempt may succeed, not before `after` milliseconds if that is given. */
      readonly again: boolean;
      readonly after: number | null;
      /** The server may have done what was asked. */
      readonly maybeDone: boolean;
    };

/** A reply as far as the verdict needs it. */
export interface ReplyParts {
  readonly status: number;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly text: string;
}

/** The call in words, without its query, which may hold a secret. */
export function callName(endpoint: Endpoint): string {
  return `${endpoint.method} ${endpoint.path}`;
}

/**
 * Judges a reply. Pure.
 * @param server origin, for the words
 * @param now milliseconds since the epoch, for `Retry-After` dates
 */
export function judge(endpoint: Endpoint, reply: ReplyParts, server: string, now: number): Verdict {
  const { status } = reply;
  const final = (failure: Failure, maybeDone = false): Verdict => ({
    verdict: 'failed',
    failure,
    again: false,
    after: null,
    maybeDone,
  });
  const again = (failure: Failure, maybeDone: boolean): Verdict => ({
    verdict: 'failed',
    failure,
    again: true,
    after: retryAfter(reply.retryAfter, now),
    maybeDone,
  });
  const bad = (detail: string): Failure => ({ kind: 'badReply', server, call: callName(endpoint), detail });
  const busy = (): Failure => {
    const after = retryAfter(reply.retryAfter, now);
    return { kind: 'busy', server, status, retryAt: after === null ? null : Math.min(now + after, 8.64e15) };
  };

  if (status === 304) return { verdict: 'notModified' };
  if (status >= 300 && status < 400) {
    return final({ kind: 'redirected', server, to: originOf(reply.location, server) });
  }
  if (status >= 200 && status < 300 && endpoint.reply === null) return { verdict: 'done', value: undefined };

  const json = parseJson(reply.text);
  if (status >= 400) {
    const problem = ProblemDocument.safeParse(json);
    if (problem.success) {
      const document = problem.data;
      const name = problemName(document.type);
      const failure: Failure = { kind: 'problem', server, name, document };
      if (name === 'not-signed-in')
        return { verdict: 'signInAgain', code: 401, detail: document.detail ?? document.title };
      if (name === 'not-permitted')
        return final({ kind: 'notPermitted', server, detail: document.detail ?? document.title });
      if (name === 'key-in-progress') return again(failure, true);
      if (status === 429 || status === 503) return again(busy(), false);
      // Our service's own 500 says that nothing was changed; 507 does not pass by waiting.
      if (name === 'internal') return again(failure, false);
      if (name === null && status >= 500) return again(failure, true);
      return final(failure);
    }
    const coded = envelopeCode(json);
    if (coded !== null && coded.code !== cloudCodes.ok) return judgeCode(endpoint, coded, server, final, again);
    if (status === 401) return { verdict: 'signInAgain', code: 401, detail: 'the access token was refused' };
    if (status === 403) return final({ kind: 'notPermitted', server, detail: 'HTTP 403.' });
    if (status === 404) return final({ kind: 'notAnOtaplanServer', server });
    if (status === 429 || status === 503) return again(busy(), false);
    if (status >= 500) return again(busy(), true);
    return final(bad(`HTTP ${status}.`));
  }

  if (json === undefined) {
    return again(bad(/^\s*</.test(reply.text) ? 'a web page instead of JSON.' : 'broken or cut-off JSON.'), true);
  }
  const coded = envelopeCode(json);
  const published = endpoint.path.startsWith('/v2/');
  if (coded !== null && coded.code !== cloudCodes.ok) return judgeCode(endpoint, coded, server, final, again);
  const parsed = endpoint.reply?.safeParse(json);
  if (parsed?.success) return { verdict: 'done', value: parsed.data };
  // A cloud that answers what it does not know with an envelope of its own.
  if (!published && coded !== null) return final({ kind: 'notAnOtaplanServer', server });
  const issue = parsed?.error?.issues[0];
  return final(bad(`${issue ? `“${issue.path.join('.')}”: ${issue.message}` : 'not as agreed'}.`), true);
}

function judgeCode(
  endpoint: Endpoint,
  coded: { code: number; detail: string },
  server: string,
  final: (failure: Failure) => Verdict,
  again: (failure: Failure, maybeDone: boolean) => Verdict,
): Verdict {
  const { code, detail } = coded;
  switch (code) {
    case cloudCodes.unauthorized:
    case cloudCodes.tokenMissing:
    case cloudCodes.tokenWrong:
      return { verdict: 'signInAgain', code, detail };
    case cloudCodes.forbidden:
    case cloudCodes.notPermitted:
    case cloudCodes.addressNotListed:
    case cloudCodes.apiNotEnabled:
    case cloudCodes.productNotPermitted:
    case cloudCodes.deviceNotPermitted:
      return final({ kind: 'notPermitted', server, detail: `${detail} (${code})` });
    case cloudCodes.notFound:
      return final(
        endpoint.path.startsWith('/v2/')
          ? { kind: 'cloudCode', server, code, detail }
          : { kind: 'notAnOtaplanServer', server },
      );
    case cloudCodes.serviceException:
    case cloudCodes.hubUnavailable:
      return again({ kind: 'cloudCode', server, code, detail }, true);
    default:
      return final({ kind: 'cloudCode', server, code, detail });
  }
}

function envelopeCode(json: unknown): { code: number; detail: string } | null {
  if (typeof json !== 'object' || json === null || !('code' in json) || typeof json.code !== 'number') return null;
  const detail = 'msg' in json && typeof json.msg === 'string' && json.msg !== '' ? json.msg : 'no reason given';
  return { code: json.code, detail: detail.slice(0, 300) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a redirect leads, as an origin: the rest may hold secrets. */
function originOf(location: string | null, server: string): string {
  if (location === null || !URL.canParse(location, server)) return 'an address that is none';
  return new URL(location, server).origin;
}
