import { type Endpoint, listProducts } from '@otaplan/api';
import { ProblemError } from '../center/problem-error.ts';
import type { AccountStore, Owned } from '../store/accounts.ts';

/** A call as it was parsed. */
interface Parsed {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Where calls name what belongs to an account. */
const places: readonly { readonly kind: Owned; readonly at: (call: Parsed) => unknown }[] = [
  { kind: 'plan', at: ({ params }) => memberOf(params, 'planId') },
  { kind: 'plan', at: ({ query }) => memberOf(query, 'plan') },
  { kind: 'package', at: ({ params }) => memberOf(params, 'packageId') },
  { kind: 'product', at: ({ params }) => memberOf(params, 'productKey') },
  { kind: 'product', at: ({ query }) => memberOf(query, 'productKey') },
  { kind: 'product', at: ({ body }) => memberOf(body, 'productKey') },
  { kind: 'product', at: ({ body }) => memberOf(memberOf(body, 'document'), 'product') },
];

/** A filter over what is the account's anyway: another's gives an empty list. */
const filters: readonly Endpoint[] = [listProducts as unknown as Endpoint];

/**
 * Refuses a call of an access key that names something of another account, with what it would be answered if it did not exist.
 * One place for every endpoint: a new one is guarded by what its parameters are called.
 * @throws ProblemError `not-found`, `product-unknown`
 */
export async function checkOwnership(
  account: string,
  endpoint: Endpoint,
  call: Parsed,
  accounts: Pick<AccountStore, 'ownerOf'>,
): Promise<void> {
  if (filters.includes(endpoint)) return;
  for (const { kind, at } of places) {
    const id = at(call);
    // An empty one is answered by the call's handler: the published API has codes for that.
    if (typeof id !== 'string' || id === '') continue;
    if ((await accounts.ownerOf(kind, id)) !== account) throw unknown(kind);
  }
}

function memberOf(place: unknown, name: string): unknown {
  return typeof place === 'object' && place !== null && Object.hasOwn(place, name)
    ? (place as Record<string, unknown>)[name]
    : undefined;
}

function unknown(kind: Owned): ProblemError {
  return kind === 'product'
    ? new ProblemError('product-unknown', 'There is no such product.')
    : new ProblemError('not-found', `There is no such ${kind}.`);
}
