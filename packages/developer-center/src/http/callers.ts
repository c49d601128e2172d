import type { Access } from '@otaplan/api';
import { type Role, roles } from '../store/accounts.ts';

/** Who calls, once it is proved. */
export type Caller = NobodyInParticular | KeyCaller | DeviceCaller | EndUserCaller;
export interface NobodyInParticular {
  readonly kind: 'anyone';
}
/** A log-in with an access key of the account. */
export interface KeyCaller {
  readonly kind: 'key';
  /** The access key: an id, not a secret. */
  readonly id: string;
  /** Id of the account that it opens. */
  readonly account: string;
  readonly role: Role;
}
export interface DeviceCaller {
  readonly kind: 'device';
  readonly productKey: string;
  readonly deviceKey: string;
}
/** An end user, and the devices that the user's token names. */
export interface EndUserCaller {
  readonly kind: 'endUser';
  /** The access key whose holder vouches for the user. */
  readonly issuer: string;
  readonly user: string;
  /** `<product key>/<device key>`. */
  readonly devices: ReadonlySet<string>;
}

/** Which kind of caller an endpoint's `access` asks for. */
export function callerKind(access: Access): Caller['kind'] {
  switch (access) {
    case 'anyone':
    case 'device':
    case 'endUser':
      return access;
    case 'viewer':
    case 'operator':
    case 'owner':
      return 'key';
  }
}

/** Whether a role reaches what an endpoint asks for: an owner everything, a viewer only reading. */
export function reaches(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** Who it is, in logs, in rates and as the owner of idempotency keys. */
export function callerName(caller: Caller): string {
  switch (caller.kind) {
    case 'anyone':
      return '-';
    case 'key':
      return caller.id;
    case 'device':
      return `device:${caller.productKey}/${caller.deviceKey}`;
    case 'endUser':
      return `user:${caller.issuer}/${caller.user}`;
  }
}
