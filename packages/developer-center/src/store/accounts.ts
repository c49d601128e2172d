/** Who may call, and what was answered to whom: access keys and idempotency records. Instants are milliseconds. */

export const roles = ['viewer', 'operator', 'owner'] as const;
export type Role = (typeof roles)[number];

export interface AccessKey {
  readonly key: string;
  readonly role: Role;
  /** Sealed with a key beside the database: the published log-in signs with the secret itself, so it must be kept. */
  readonly secret: string;
  readonly name: string;
  readonly createdAt: number;
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

export interface AccountStore {
  /** Adds a key or replaces its role, secret and name. */
  putAccessKey(key: AccessKey): Promise<void>;
  findAccessKey(key: string): Promise<AccessKey | null>;
  /** By key. */
  listAccessKeys(): Promise<AccessKey[]>;
  deleteAccessKey(key: string): Promise<void>;

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
