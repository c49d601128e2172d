import type { Ambient } from './ambient.ts';
import { ClientError } from './failures.ts';
import { type Credentials, loginQuery } from './signing.ts';

/** What the session needs of a log-in reply. */
type Login = { access_token?: string | undefined; refresh_token?: string | undefined; expires_in?: number | undefined };

export interface SessionOptions {
  readonly server: string;
  readonly ambient: Ambient;
  readonly credentials: () => Promise<Credentials>;
  readonly logIn: (query: ReturnType<typeof loginQuery>) => Promise<Login>;
  readonly refresh: (token: string) => Promise<Login>;
}

/** Keeps one access token for everybody. */
export interface Session {
  /** The token to send now; logs in or renews when it is time. Calls at once share one log-in. */
  token(signal: AbortSignal | undefined): Promise<string>;
  /** Says that the server refused a token: the next `token` is another one. */
  refused(token: string): void;
}

/** The docs say a token lives two hours, the field says a day: renewing hourly is right by both (section 9). */
const renewAfter = 3_600_000;

export function createSession(options: SessionOptions): Session {
  const { ambient } = options;
  let current: { token: string; refresh: string | null; renewAt: number } | null = null;
  let underWay: Promise<string> | null = null;

  function keep(reply: Login): string {
    if (!reply.access_token) {
      throw new ClientError({ kind: 'signInRefused', server: options.server, code: 200, detail: 'no token was given' });
    }
    const lifetime = reply.expires_in === undefined ? renewAfter : reply.expires_in * 500;
    current = {
      token: reply.access_token,
      refresh: reply.refresh_token ?? null,
      renewAt: ambient.now() + Math.max(1000, Math.min(renewAfter, lifetime)),
    };
    return current.token;
  }

  async function obtain(): Promise<string> {
    const refresh = current?.refresh;
    if (refresh) {
      try {
        return keep(await options.refresh(refresh));
      } catch (error) {
        // A refresh that is refused is no loss: the log-in does the same with more.
        if (!(error instanceof ClientError)) throw error;
      }
    }
    return keep(await options.logIn(loginQuery(await options.credentials(), ambient.now())));
  }

  return {
    token(signal) {
      if (current && ambient.now() < current.renewAt) return Promise.resolve(current.token);
      underWay ??= obtain().finally(() => {
        underWay = null;
      });
      return orAborted(underWay, signal);
    },
    refused(token) {
      if (current?.token === token) current = null;
    },
  };
}

/** The shared log-in goes on for the others when one caller gives up. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(new ClientError({ kind: 'cancelled' }));
    if (signal.aborted) {
      promise.catch(() => {});
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
