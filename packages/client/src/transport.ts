import type { Ambient } from './ambient.ts';
import type { Exchange, ExchangeReply } from './exchange.ts';

/** One HTTP request to the server, whole: what goes over the wire and how long the silence may last. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds until the whole reply must be here; counted anew with every chunk that is sent, and as long as a large reply flows. */
  readonly timeout: number;
}

export interface HttpReply {
  readonly status: number;
  header(name: string): string | null;
  /** The body as UTF-8. */
  text(): Promise<string>;
  /** The body as it comes. Each chunk puts the deadline off by `idle` milliseconds. */
  chunks(idle: number): AsyncGenerator<Uint8Array, void, undefined>;
}

/** Why there is no (whole) reply. `sent`: the server may have acted on the request. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly reason: 'unreachable' | 'certificate' | 'lost' | 'timedOut' | 'cancelled';
  readonly sent: boolean;
  constructor(reason: TransportError['reason'], sent: boolean, message: string) {
    super(message);
    this.reason = reason;
    this.sent = sent;
  }
}

export interface Transport {
  readonly origin: string;
  send(request: HttpRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

/** Bytes that earn a reply its whole time anew, and the rate in bytes per millisecond that a body which is sent is given. */
const stretch = 256 * 1024;
const slowestRate = 50;

/** The most of a JSON reply that is read: above the largest plan, far below what a hostile server could send. */
const longestText = 256 * 1024 * 1024;

/**
 * HTTP to one server: deadlines, and errors with names. Redirects are not followed.
 * @param server base address; only its origin is used
 */
export function createTransport(server: URL, ambient: Ambient, exchange: Exchange): Transport {
  return {
    origin: server.origin,
    close: () => exchange.close(),
    async send(request) {
      const deadline = new AbortController();
      let callOff = () => {};
      const extend = (milliseconds: number) => {
        callOff();
        callOff = ambient.after(milliseconds, () => deadline.abort());
      };
      extend(request.timeout + (typeof request.body === 'string' ? request.body.length / slowestRate : 0));
      const failed = (error: unknown): TransportError => {
        callOff();
        if (request.signal?.aborted) return new TransportError('cancelled', true, 'cancelled');
        if (deadline.signal.aborted) return new TransportError('timedOut', true, 'no answer in time');
        return explain(error);
      };
      const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal;
      const { body } = request;
      let reply: ExchangeReply;
      try {
        reply = await exchange.request({
          origin: server.origin,
          path: request.path,
          method: request.method,
          headers: request.headers,
          body: typeof body === 'object' ? watched(body, request.timeout, extend) : body,
          signal,
        });
      } catch (error) {
        throw failed(error);
      }
      return {
        status: reply.status,
        header: (name) => reply.header(name),
        async text() {
          const parts: Uint8Array[] = [];
          let size = 0;
          let rewarded = 0;
          try {
            for await (const chunk of reply.body) {
              size += chunk.length;
              // A large reply gets its time as long as it comes at a rate; one that drips does not.
              if (size - rewarded >= stretch) {
                rewarded = size;
                extend(request.timeout);
              }
              if (size > longestText) throw new Error('the answer is too long');
              parts.push(chunk);
            }
          } catch (error) {
            throw failed(error);
          }
          callOff();
          return Buffer.concat(parts).toString('utf8');
        },
        async *chunks(idle) {
          try {
            extend(idle);
            for await (const chunk of reply.body) {
              callOff();
              yield chunk;
              extend(idle);
            }
          } catch (error) {
            throw failed(error);
          } finally {
            callOff();
          }
        },
      };
    },
  };
}

async function* watched(body: AsyncIterable<Uint8Array>, timeout: number, extend: (milliseconds: number) => void) {
  for await (const chunk of body) {
    extend(timeout);
    yield chunk;
  }
  extend(timeout);
}

const notSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_PRX_TLS',
]);
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no network',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  CERT_HAS_EXPIRED: 'it has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'a self-signed one is in its chain',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its issuer is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its issuer is not known',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
};

function explain(error: unknown): TransportError {
  const code = codeOf(error);
  // undici gives a tunnel that the proxy refused no code of its own.
  const refused = /Proxy response \((\d+)\)/.exec(causes(error).join('\n'));
  if (refused) return new TransportError('unreachable', false, `the proxy refused: HTTP ${refused[1]}`);
  if (/CERT|VERIFY|SIGNATURE|ISSUER|_CRL/.test(code)) {
    return new TransportError('certificate', false, words[code] ?? code);
  }
  if (notSent.has(code)) return new TransportError('unreachable', false, words[code] ?? code);
  // A TLS server on a plain port, a plain one on a TLS port: the handshake fails before anything is sent.
  if (/^ERR_SSL|^EPROTO/.test(code)) return new TransportError('unreachable', false, 'it does not speak TLS there');
  // By its name: the class would need all of undici, also where nothing goes over it.
  const notHttp = code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError');
  const message = notHttp ? 'the answer is not HTTP' : words[code];
  return new TransportError('lost', true, message ?? 'the connection broke');
}

/** What an error and those behind it say. */
function causes(error: unknown): string[] {
  const said: string[] = [];
  for (let cause = error; cause instanceof Error && said.length < 5; cause = cause.cause) said.push(cause.message);
  return said;
}

function codeOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    // Both address families tried: the last failure speaks for all.
    if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors.at(-1));
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return '';
}
