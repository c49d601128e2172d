import { isIP } from 'node:net';
import { ProblemError } from '../center/problem-error.ts';

/** Where the service listens and under which address it is known. */
export interface HostRules {
  /** The address or name that it listens at. */
  readonly listening: string;
  readonly publicUrl: URL | null;
}

/**
 * Refuses a request whose `Host` is not a name of this service, so that a web page cannot reach it under a name of the page's own
 * whose address was changed to ours (DNS rebinding), and one that a browser sends for another site's page.
 */
export function checkOrigin(headers: Headers, rules: HostRules): void {
  const host = headers.get('Host');
  if (host === null || !isOurs(host, rules))
    throw new ProblemError(
      'not-permitted',
      'The Host header is not a name of this Developer Center. Start it with its public URL to serve it under that name.',
    );
  const origin = headers.get('Origin');
  const sameOrigin = origin !== null && (hostOf(origin) === host.toLowerCase() || origin === rules.publicUrl?.origin);
  if ((origin !== null && !sameOrigin) || headers.get('Sec-Fetch-Site') === 'cross-site')
    throw new ProblemError('not-permitted', 'Pages of other sites may not call this Developer Center.');
}

function isOurs(host: string, rules: HostRules): boolean {
  const lower = host.toLowerCase();
  if (lower === rules.publicUrl?.host) return true;
  let name: string;
  try {
    // Parsed rather than cut: userinfo, paths and odd ports never pass as a name.
    const url = new URL(`http://${lower}`);
    if (url.host !== lower && url.host !== lower.replace(/:80$/, '')) return false;
    name = url.hostname.replace(/^\[|\]$/g, '');
  } catch {
    return false;
  }
  if (name === rules.publicUrl?.hostname || name === rules.listening.toLowerCase()) return true;
  if (isLoopback(name)) return true;
  // An address in the Host header cannot be a rebound name; it is ours to answer when we listen beyond loopback.
  return isIP(name) !== 0 && !isLoopback(rules.listening);
}

/** The address under which a caller reached us, from its `Host`, which {@link checkOrigin} has let pass. */
export function originOf(request: Request): string | undefined {
  const host = request.headers.get('Host');
  return host === null ? undefined : `http://${host.toLowerCase()}`;
}

/** Whether a name or address reaches this machine only. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
