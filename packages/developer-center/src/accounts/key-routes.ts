import {
  closeAccount,
  createAccessKey,
  deleteAccount,
  listAccessKeys,
  listAccounts,
  openAccount,
  reopenAccount,
  revokeAccessKey,
  rotateAccessKey,
} from '@otaplan/api';
import { ProblemError } from '../center/problem-error.ts';
import type { KeyCaller } from '../http/callers.ts';
import { forKeys, type Route } from '../http/routes.ts';
import { firstAccount } from '../store/accounts.ts';
import type { AccountDesk } from './account-desk.ts';
import type { KeyDesk } from './key-desk.ts';

const pageSize = 100;

/** The calls on access keys and accounts. */
export function keyRoutes(desk: KeyDesk, accounts: AccountDesk): Route[] {
  return [
    forKeys(listAccessKeys, async ({ query, caller }) =>
      pageOf(await desk.list(caller.account), query, ({ key }) => key),
    ),
    forKeys(createAccessKey, ({ body, caller, again }) =>
      desk.create(caller.account, body.role, body.name, caller.id, again),
    ),
    forKeys(rotateAccessKey, ({ params, body, caller, again }) =>
      desk.rotate(caller.account, params.accessKey, body.overlapMinutes, caller.id, again),
    ),
    forKeys(revokeAccessKey, async ({ params, caller }) => {
      await desk.revoke(caller.account, params.accessKey, caller.id);
      return undefined;
    }),
    forKeys(listAccounts, async ({ query, caller }) => {
      checkFirst(caller);
      return pageOf(await accounts.list(), query, ({ id }) => id);
    }),
    forKeys(openAccount, async ({ body, caller }) => {
      checkFirst(caller);
      return await accounts.open(body.name, caller.id);
    }),
    forKeys(closeAccount, async ({ params, caller }) => {
      checkFirst(caller);
      return await accounts.close(params.accountId, caller.id);
    }),
    forKeys(reopenAccount, async ({ params, caller }) => {
      checkFirst(caller);
      return await accounts.reopen(params.accountId, caller.id);
    }),
    forKeys(deleteAccount, async ({ params, caller }) => {
      checkFirst(caller);
      await accounts.delete(params.accountId, caller.id);
      return undefined;
    }),
  ];
}

function checkFirst(caller: KeyCaller): void {
  if (caller.account !== firstAccount)
    throw new ProblemError('not-permitted', 'Accounts are for the owners of the first account.');
}

/** A page of a short list; the cursor is the id of the last item before it. An item that is gone ends the list. */
function pageOf<T>(
  all: readonly T[],
  { limit = pageSize, cursor }: { limit?: number | undefined; cursor?: string | undefined },
  idOf: (item: T) => string,
): { items: T[]; nextCursor: string | null } {
  const from = cursor === undefined ? 0 : all.findIndex((item) => idOf(item) === cursor) + 1;
  if (cursor !== undefined && from === 0) throw new ProblemError('invalid-request', 'The cursor is not of this list.');
  const items = all.slice(from, from + limit);
  const last = items.at(-1);
  return { items, nextCursor: last && from + limit < all.length ? idOf(last) : null };
}
