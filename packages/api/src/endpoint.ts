import * as z from 'zod';
import type { ProblemName } from './problems.ts';

/** Who may call: nobody in particular, a key with at least this role, a device with its own secret, an end user's token. */
export type Access = 'anyone' | 'viewer' | 'operator' | 'owner' | 'device' | 'endUser';

/**
 * One call of the wire, as data: the service routes by it, the client calls by it and the OpenAPI document is written from it.
 * Path parameters stand in braces; every one has a schema in `params`.
 */
export interface Endpoint<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly tag: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params: Params;
  readonly query: Query;
  /** `null`: no body. */
  readonly body: Body | null;
  /** What the body is: JSON, or the bytes of a file. */
  readonly bodyType: 'json' | 'bytes';
  /** `null`: no body in the reply (204). */
  readonly reply: Reply | null;
  readonly replyType: 'json' | 'bytes' | 'events';
  readonly status: 200 | 201 | 204;
  /** Guards: the edit needs `If-Match`; the POST takes an `Idempotency-Key`. */
  readonly ifMatch: boolean;
  readonly idempotent: boolean;
  /** The reply has a secret that is told this once: where a reply is kept for repeats, it is kept sealed. */
  readonly holdsSecret: boolean;
  readonly problems: readonly ProblemName[];
  /** One call, as a client would make it. The document of the service shows it, and a test makes it. */
  readonly example: Example<Params, Query, Body>;
}

/** What one call hands over. Left out: nothing. */
export interface Example<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params?: z.input<Params>;
  readonly query?: z.input<Query>;
  readonly body?: z.input<Body>;
}

type Optional =
  | 'params'
  | 'query'
  | 'body'
  | 'bodyType'
  | 'reply'
  | 'replyType'
  | 'status'
  | 'ifMatch'
  | 'idempotent'
  | 'holdsSecret'
  | 'problems'
  | 'example';

/** Completes an endpoint's definition with what most of them have. */
export function endpoint<
  Params extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodNever,
  Reply extends z.ZodType = z.ZodNever,
>(
  definition: Omit<Endpoint<Params, Query, Body, Reply>, Optional> &
    Partial<Pick<Endpoint<Params, Query, Body, Reply>, Optional>>,
): Endpoint<Params, Query, Body, Reply> {
  // What is not given has no members; the type parameters' defaults say the same.
  const nothing: unknown = z.object({});
  return {
    params: nothing as Params,
    query: nothing as Query,
    body: null,
    bodyType: 'json',
    reply: null,
    replyType: 'json',
    status: definition.reply || definition.replyType ? 200 : 204,
    ifMatch: false,
    idempotent: definition.method === 'POST',
    holdsSecret: false,
    problems: [],
    example: {},
    ...definition,
  };
}

/** What a caller hands to an endpoint, by its schemas. */
export type ParamsOf<E> = E extends Endpoint<infer P, z.ZodObject, z.ZodType, z.ZodType> ? z.input<P> : never;
export type QueryOf<E> = E extends Endpoint<z.ZodObject, infer Q, z.ZodType, z.ZodType> ? z.input<Q> : never;
export type BodyOf<E> = E extends Endpoint<z.ZodObject, z.ZodObject, infer B, z.ZodType> ? z.input<B> : never;
export type ReplyOf<E> = E extends Endpoint<z.ZodObject, z.ZodObject, z.ZodType, infer R> ? z.output<R> : never;

/** What the service has of a call once it is parsed, and what it hands back for the reply. */
export type ParsedParamsOf<E> = E extends Endpoint<infer P, z.ZodObject, z.ZodType, z.ZodType> ? z.output<P> : never;
export type ParsedQueryOf<E> = E extends Endpoint<z.ZodObject, infer Q, z.ZodType, z.ZodType> ? z.output<Q> : never;
export type ParsedBodyOf<E> = E extends Endpoint<z.ZodObject, z.ZodObject, infer B, z.ZodType> ? z.output<B> : never;
export type AnswerOf<E> = E extends Endpoint<z.ZodObject, z.ZodObject, z.ZodType, infer R> ? z.input<R> : never;
