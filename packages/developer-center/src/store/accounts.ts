import type { NewAudit } from './registry.ts';

/** Who may call, and what was answered to whom: accounts, access keys and idempotency records. Instants are milliseconds. */

/** The account that the first start makes; it alone opens others. */
export const firstAccount = 'first';

/** Who owns products, devices, packages and plans. One sees nothing of another. */
export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  /** Its keys open nothing since then; `null`: it is open. */
  readonly closedAt: number | null;
}

export const roles = ['viewer', 'operator', 'owner'] as const;
export type Role = (typeof roles)[number];

export interface AccessKey {
  readonly key: string;
  /** Id of the account that it opens. */
  readonly account: string;
  readonly role: Role;
  /** Sealed with a key beside the database: the published log-in signs with the secret itself, so it must be kept. */
  readonly secret: string;
  readonly name: string;
  readonly createdAt: number;
  /** It opens nothing from then on; `null`: until it is revoked. */
  readonly expiresAt: number | null;
  /** Its last log-in. */
  readonly usedAt: number | null;
}

export interface KeptReply {
  readonly status: number;
  /** Headers of the reply that matter when it is repeated, as JSON; never a secret. */
  readonly headers: string;
  readonly body: string;
}

/** What is known of an Idempotency-Key at the moment a request comes with it. */
export type IdempotencyClaim =
  /** `again`: an earlier request with it was cut off, and may have had its effect. */
  | { readonly kind: 'claimed'; readonly again: boolean }
  | { readonly kind: 'inProgress' }
  | { readonly kind: 'reused' }
  | { readonly kind: 'done'; readonly reply: KeptReply };

/** What belongs to an account and is named in calls. */
export type Owned = 'plan' | 'package' | 'product';

/** What becomes of the keys of an account, and what the audit trail says of it. */
export interface KeysChange<T> {
  /** Handed back to who asked for the change. */
  readonly result: T;
  readonly put?: readonly AccessKey[];
  readonly remove?: readonly string[];
  readonly audit?: Omit<NewAudit, 'account'>;
}

export interface AccountStore {
  /** Adds an account with its first key. `false`: the name is taken. */
  addAccount(account: AccountRecord, first: AccessKey, audit: NewAudit): Promise<boolean>;
  /** By name. */
  listAccounts(): Promise<AccountRecord[]>;
  /** Closes an account or opens it again. `null`: there is none. */
  setAccountClosed(id: string, closedAt: number | null, audit: readonly NewAudit[]): Promise<AccountRecord | null>;
  /** Takes away an account that has no plans, packages and products, with its keys and its audit trail. Again is harmless. */
  removeAccount(id: string, audit: NewAudit): Promise<void>;
  /** The account that a plan, a package (by id) or a product (by key) belongs to; `null`: there is none. */
  ownerOf(kind: Owned, id: string): Promise<string | null>;

  /** `null` as well while its account is closed. */
  findAccessKey(key: string): Promise<AccessKey | null>;
  /** Of one account or of all, oldest first. */
  listAccessKeys(account?: string): Promise<AccessKey[]>;
  /**
   * Changes the keys of an account in one transaction, one change after the other.
   * @param change what to add or replace and what to take away, given the keys that are there; may throw, and then nothing is changed
   */
  changeAccessKeys<T>(account: string, change: (keys: readonly AccessKey[]) => KeysChange<T>): Promise<T>;
  accessKeyUsed(key: string, now: number): Promise<void>;

  /**
   * Claims an Idempotency-Key of a caller for one request, durably. A claim that a crash left open is `inProgress` until
   * `abandonIdempotencyKey` or until it is as old as `staleAfterMs`, when it is claimed anew.
   * @param fingerprint hash over method, path and body: the same key with another one is `reused`
   */
  claimIdempotencyKey(
    who: string,
    key: string,
    fingerprint: string,
    now: number,
    staleAfterMs: number,
  ): Promise<IdempotencyClaim>;
  keepReply(who: string, key: string, reply: KeptReply): Promise<void>;
  /** The request failed without effect: the key may be used again. */
  abandonIdempotencyKey(who: string, key: string): Promise<void>;
  /** At the start of the only process on a store: claims that were left open may be claimed anew at once. */
  releaseClaims(): Promise<void>;
  /** Forgets claims and replies that were made before an instant. */
  sweepIdempotencyKeys(before: number): Promise<void>;
}
