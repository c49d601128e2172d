import * as z from 'zod';
import { endpoint } from './endpoint.ts';
import { exampleIds } from './example-values.ts';
import { Instant, Name, PageQuery, page } from './scalars.ts';

const tag = 'Accounts and access keys';

/** What a key may do: an owner everything, an operator all but keys and the audit trail, a viewer only reading. */
export const keyRoles = ['viewer', 'operator', 'owner'] as const;
export const KeyRole = z.enum(keyRoles);
export type KeyRole = z.infer<typeof KeyRole>;

export const AccessKeyInfo = z
  .object({
    /** The access key: an id, not a secret. */
    key: z.string(),
    name: z.string(),
    role: KeyRole,
    createdAt: Instant,
    /** It opens nothing from then on; `null`: until it is revoked. */
    expiresAt: Instant.nullable(),
    /** Its last log-in. */
    usedAt: Instant.nullable(),
  })
  .meta({ id: 'AccessKeyInfo' });
export type AccessKeyInfo = z.infer<typeof AccessKeyInfo>;

/** A new key: its secret is told here and never again. */
export const NewAccessKey = AccessKeyInfo.extend({ secret: z.string() }).meta({ id: 'NewAccessKey' });
export type NewAccessKey = z.infer<typeof NewAccessKey>;

export const AccountInfo = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Instant,
    /** Its keys open nothing since then; `null`: it is open. */
    closedAt: Instant.nullable(),
  })
  .meta({ id: 'AccountInfo' });
export type AccountInfo = z.infer<typeof AccountInfo>;

const AccountId = z.object({ accountId: z.string().max(64) });
const KeyId = z.object({ accessKey: z.string().max(64) });
/** A week. */
const mostOverlapMinutes = 7 * 24 * 60;

export const listAccessKeys = endpoint({
  id: 'listAccessKeys',
  tag,
  method: 'GET',
  path: '/ota/v1/keys',
  summary: 'Access keys of the account, oldest first; their secrets are not among what is told.',
  access: 'owner',
  query: PageQuery,
  reply: page(AccessKeyInfo),
  example: { query: { limit: 50 } },
});
export const createAccessKey = endpoint({
  id: 'createAccessKey',
  tag,
  method: 'POST',
  path: '/ota/v1/keys',
  summary: 'Makes an access key. Its secret is told in this reply alone.',
  access: 'owner',
  body: z.object({ name: Name, role: KeyRole }),
  reply: NewAccessKey,
  status: 201,
  holdsSecret: true,
  problems: ['name-taken'],
  example: { body: { name: 'Build server', role: 'operator' } },
});
export const rotateAccessKey = endpoint({
  id: 'rotateAccessKey',
  tag,
  method: 'POST',
  path: '/ota/v1/keys/{accessKey}/rotate',
  summary:
    'Makes a key of the same name and role that takes the place of this one. This one opens on until the overlap is over.',
  access: 'owner',
  params: KeyId,
  body: z.object({
    /** How long both open, so that nobody is locked out while secrets are exchanged. A day when left out. */
    overlapMinutes: z.int().min(0).max(mostOverlapMinutes).optional(),
  }),
  reply: NewAccessKey,
  status: 201,
  holdsSecret: true,
  problems: ['not-found', 'key-replaced'],
  example: { params: { accessKey: exampleIds.accessKey }, body: { overlapMinutes: 60 } },
});
export const revokeAccessKey = endpoint({
  id: 'revokeAccessKey',
  tag,
  method: 'DELETE',
  path: '/ota/v1/keys/{accessKey}',
  summary: 'Takes an access key away: its tokens, and those of end users that it signed, open nothing from now on.',
  access: 'owner',
  params: KeyId,
  problems: ['not-found', 'last-owner'],
  example: { params: { accessKey: exampleIds.accessKey } },
});

export const listAccounts = endpoint({
  id: 'listAccounts',
  tag,
  method: 'GET',
  path: '/ota/v1/accounts',
  summary: 'Accounts of this Developer Center. For owners of the first account, which the first start made.',
  access: 'owner',
  query: PageQuery,
  reply: page(AccountInfo),
  example: { query: { limit: 50 } },
});
export const openAccount = endpoint({
  id: 'openAccount',
  tag,
  method: 'POST',
  path: '/ota/v1/accounts',
  summary:
    'Opens an account with an owner key of its own. It sees nothing of other accounts, and they nothing of it. For owners of the first account.',
  access: 'owner',
  body: z.object({ name: Name }),
  reply: z.object({ account: AccountInfo, key: NewAccessKey }),
  status: 201,
  holdsSecret: true,
  problems: ['name-taken'],
  example: { body: { name: 'Northern plant' } },
});
export const closeAccount = endpoint({
  id: 'closeAccount',
  tag,
  method: 'POST',
  path: '/ota/v1/accounts/{accountId}/close',
  summary:
    'Closes an account: its access keys, and what they signed for end users, open nothing from now on, and its plans are suspended. Nothing of it is deleted. Again is harmless. For owners of the first account.',
  access: 'owner',
  params: AccountId,
  reply: AccountInfo,
  problems: ['not-found', 'first-account'],
  example: { params: { accountId: exampleIds.account } },
});
export const reopenAccount = endpoint({
  id: 'reopenAccount',
  tag,
  method: 'POST',
  path: '/ota/v1/accounts/{accountId}/reopen',
  summary:
    'Opens a closed account again: its access keys open as before. Its plans stay suspended until they are resumed. For owners of the first account.',
  access: 'owner',
  params: AccountId,
  reply: AccountInfo,
  problems: ['not-found'],
  example: { params: { accountId: exampleIds.account } },
});
export const deleteAccount = endpoint({
  id: 'deleteAccount',
  tag,
  method: 'DELETE',
  path: '/ota/v1/accounts/{accountId}',
  summary:
    'Deletes a closed account with all that it has: plans and their logs, packages and their files, products, devices, access keys and its audit trail. It cannot be undone. When it is cut off, the same call goes on. For owners of the first account, whose audit trail keeps it.',
  access: 'owner',
  params: AccountId,
  problems: ['not-found', 'account-open'],
  example: { params: { accountId: exampleIds.account } },
});
