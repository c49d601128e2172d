import type { IncomingMessage } from 'node:http';
import type { AnswerOf, Endpoint, ParsedBodyOf, ParsedParamsOf, ParsedQueryOf } from '@otaplan/api';
import { type Caller, callerKind, type DeviceCaller, type EndUserCaller, type KeyCaller } from './callers.ts';

/** One call as its handler gets it: proved, parsed, and with the reply's headers to add to. */
export interface Call<E, C extends Caller = Caller> {
  readonly params: ParsedParamsOf<E>;
  readonly query: ParsedQueryOf<E>;
  readonly body: ParsedBodyOf<E>;
  readonly caller: C;
  readonly request: Request;
  /** The bytes as they come, for endpoints whose body is not JSON. */
  readonly incoming: IncomingMessage;
  /** Headers of the reply. */
  readonly reply: Headers;
  /** An earlier request with the same Idempotency-Key was cut off, by a crash: it may have had its effect already. */
  readonly again: boolean;
}

/** What a handler answers: what the endpoint's schema says, or a whole response (streams, 304). Without a schema: nothing. */
export type Answered<E> = [AnswerOf<E>] extends [never] ? Response | undefined : AnswerOf<E> | Response;
export type Handler<E, C extends Caller> = (call: Call<E, C>) => Answered<E> | Promise<Answered<E>>;

/** An endpoint with its handler, types put aside; made by the functions below only. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly handle: (call: Call<unknown>) => unknown;
}

function implement<E extends Endpoint, C extends Caller>(kind: C['kind'], endpoint: E, handler: Handler<E, C>): Route {
  if (callerKind(endpoint.access) !== kind)
    throw new Error(`Endpoint ${endpoint.id} is for ${endpoint.access}; its handler is for ${kind}.`);
  // The application hands over only what it parsed with this very endpoint, from a caller of this kind.
  return { endpoint, handle: handler as unknown as Route['handle'] };
}

/** Implements an endpoint that takes an access key. */
export function forKeys<E extends Endpoint>(endpoint: E, handler: Handler<E, KeyCaller>): Route {
  return implement<E, KeyCaller>('key', endpoint, handler);
}
/** Implements an endpoint that anyone may call. */
export function forAnyone<E extends Endpoint>(
  endpoint: E,
  handler: Handler<E, Extract<Caller, { kind: 'anyone' }>>,
): Route {
  return implement('anyone', endpoint, handler);
}
/** Implements an endpoint of the device protocol. */
export function forDevices<E extends Endpoint>(endpoint: E, handler: Handler<E, DeviceCaller>): Route {
  return implement<E, DeviceCaller>('device', endpoint, handler);
}
/** Implements an endpoint for an end user's token. */
export function forEndUsers<E extends Endpoint>(endpoint: E, handler: Handler<E, EndUserCaller>): Route {
  return implement<E, EndUserCaller>('endUser', endpoint, handler);
}

/** Checks that every endpoint has exactly one handler. A gap is a mistake of the program, told at start-up. */
export function assertComplete(endpoints: readonly Endpoint[], routes: readonly Route[]): void {
  const implemented = routes.map((route) => route.endpoint);
  const missing = endpoints.filter((endpoint) => !implemented.includes(endpoint));
  const twice = implemented.filter((endpoint, index) => implemented.indexOf(endpoint) !== index);
  const unknown = implemented.filter((endpoint) => !endpoints.includes(endpoint));
  const wrong = [...missing, ...twice, ...unknown].map((endpoint) => endpoint.id);
  if (wrong.length > 0) throw new Error(`Endpoints without one handler: ${wrong.join(', ')}.`);
}
