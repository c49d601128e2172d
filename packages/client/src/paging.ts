import type { Endpoint, ReplyOf } from '@otaplan/api';
import type { CallArguments, Wire } from './wire.ts';

/** One page of a list, and the cursor of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
type ItemOf<E extends Endpoint> = ReplyOf<E> extends { items: readonly (infer T)[] } ? T : never;

/** Pages of a list, one request each, only as far as they are asked for. */
export async function* pages<E extends Endpoint>(
  wire: Wire,
  endpoint: E,
  args: CallArguments<E>,
): AsyncGenerator<readonly ItemOf<E>[], void, undefined> {
  let cursor: string | null = null;
  do {
    const query: unknown = { ...args.query, ...(cursor === null ? {} : { cursor }) };
    const page = (await wire.call(endpoint, {
      ...args,
      query: query as NonNullable<CallArguments<E>['query']>,
    })) as Page<ItemOf<E>>;
    yield page.items;
    // A server that hands out the same cursor again would never end.
    if (page.nextCursor === cursor) return;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

/** Items of a list, page by page underneath. */
export async function* items<E extends Endpoint>(
  wire: Wire,
  endpoint: E,
  args: CallArguments<E>,
): AsyncGenerator<ItemOf<E>, void, undefined> {
  for await (const page of pages(wire, endpoint, args)) yield* page;
}

interface CloudReply<T> {
  readonly data?: readonly T[] | null | undefined;
  readonly pages?: number | undefined;
}
type CloudItemOf<E extends Endpoint> =
  ReplyOf<E> extends { data?: readonly (infer T)[] | null | undefined } ? T : never;

/** Items of a list of the published cloud API, which pages by number. */
export async function* cloudItems<E extends Endpoint>(
  wire: Wire,
  endpoint: E,
  args: CallArguments<E>,
): AsyncGenerator<CloudItemOf<E>, void, undefined> {
  const pageSize = 100;
  for (let pageNum = 1; ; pageNum++) {
    const query: unknown = { ...args.query, pageNum, pageSize };
    const reply = (await wire.call(endpoint, {
      ...args,
      query: query as NonNullable<CallArguments<E>['query']>,
    })) as CloudReply<CloudItemOf<E>>;
    const data = reply.data ?? [];
    yield* data;
    const more = reply.pages === undefined ? data.length === pageSize : pageNum < reply.pages;
    if (!more || data.length === 0) return;
  }
}
