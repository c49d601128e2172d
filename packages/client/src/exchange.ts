import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Dispatchers } from './dispatchers.ts';

/** One request as it goes over the wire. */
export interface ExchangeRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
}
/** The head of a reply, and its body as it comes. */
export interface ExchangeReply {
  readonly status: number;
  header(name: string): string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Carries requests to servers: here connections, proxies and trust in certificates are decided. It follows no redirect, and sets no
 * deadline but that of the signal.
 */
export interface Exchange {
  request(request: ExchangeRequest): Promise<ExchangeReply>;
  close(): Promise<void>;
}

export interface ExchangeOptions {
  /** Address of the proxy, in the place of the environment's. */
  readonly proxy?: string;
  /** Hosts that are reached without it, parted by commas, in the place of the environment's `NO_PROXY`. */
  readonly noProxy?: string;
  /** `false`: any certificate is accepted, of the server and of the proxy. */
  readonly verifyCertificates?: boolean;
}

/**
 * Exchange over kept connections of our own; through the proxy that the environment names (or the options), except to this machine
 * itself. Trust in certificates is Node's own (`NODE_EXTRA_CA_CERTS`).
 */
export function directExchange(options: ExchangeOptions = {}): Exchange {
  let dispatchers: Promise<Dispatchers> | undefined;
  /** Large, and not needed by a program that brings its own `fetch`. */
  const load = async () => {
    const { createDispatchers } = await import('./dispatchers.ts');
    return createDispatchers(options);
  };
  return {
    async request({ origin, path, method, headers, body, signal }) {
      dispatchers ??= load();
      const reply = await (await dispatchers).of(origin).request({
        origin,
        path,
        method: method as Dispatcher.HttpMethod,
        headers: { ...headers },
        body:
          typeof body === 'string' || body === undefined ? (body ?? null) : Readable.from(body, { objectMode: false }),
        signal,
      });
      return {
        status: reply.statusCode,
        header(name) {
          const value = reply.headers[name.toLowerCase()];
          return (Array.isArray(value) ? value[0] : value) ?? null;
        },
        body: reply.body,
      };
    },
    async close() {
      await (await dispatchers)?.close();
    },
  };
}

/**
 * Exchange over a `fetch` that a program brings along, such as that of VS Code, which knows its user's proxy and certificates. Dearer
 * for each request than {@link directExchange}.
 */
export function fetchExchange(send: typeof fetch): Exchange {
  return {
    async request({ origin, path, method, headers, body, signal }) {
      const streamed = typeof body === 'object';
      const reply = await send(`${origin}${path}`, {
        method,
        headers: { ...headers },
        redirect: 'manual',
        signal,
        ...(body === undefined ? {} : { body: streamed ? ReadableStream.from(body) : body }),
        ...(streamed ? { duplex: 'half' as const } : {}),
      });
      return { status: reply.status, header: (name) => reply.headers.get(name), body: reply.body ?? nothing() };
    },
    async close() {},
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
