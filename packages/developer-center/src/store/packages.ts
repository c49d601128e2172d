import type { ComponentType } from '@otaplan/model';

/** Version packages and what is known of their files; the bytes are kept elsewhere, by SHA-256. */

export interface PackageFileRecord {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  /** Hex; `null` until the bytes are here. */
  readonly md5: string | null;
  readonly crc32: string | null;
  readonly uploaded: boolean;
}

export interface PackageRecord {
  readonly id: string;
  /** Id of the account that it belongs to. */
  readonly account: string;
  readonly name: string;
  readonly type: ComponentType;
  readonly version: string;
  readonly sourceVersion: string | null;
  readonly remarks: string;
  readonly files: readonly PackageFileRecord[];
  readonly complete: boolean;
  readonly verification: 'notVerified' | 'verifying' | 'verified' | 'verificationFailed';
  readonly createdAt: number;
}

/** What an account has at most one package of. */
export type PackageIdentity = Pick<PackageRecord, 'type' | 'version' | 'sourceVersion'>;

export interface PackageFilter {
  /** A part of the name, without regard to case. */
  readonly name?: string | undefined;
  readonly type?: ComponentType | undefined;
  readonly version?: string | undefined;
  /** The empty text: full packages only. */
  readonly sourceVersion?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

export interface PackageStore {
  /** In its account, `nameTaken`: by another package; `exists`: one of the same type, version and source version is there. */
  createPackage(record: PackageRecord, who: string): Promise<'created' | 'nameTaken' | 'exists'>;
  findPackage(id: string): Promise<PackageRecord | null>;
  /** The account's packages of these identities, in the same order; `null`: there is none. */
  resolvePackages(account: string, wanted: readonly PackageIdentity[]): Promise<(PackageRecord | null)[]>;
  /** Newest first. */
  listPackages(
    account: string,
    filter: PackageFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PackageRecord>>;
  /** Records that the bytes of a file are here and are what was declared. Again is harmless. `null`: no such package or file. */
  fileUploaded(
    packageId: string,
    fileName: string,
    digests: { md5: string; crc32: string },
    who: string,
    now: number,
  ): Promise<PackageRecord | null>;
  setVerification(packageId: string, verification: PackageRecord['verification']): Promise<PackageRecord | null>;
  /** Deletes; `inUse` names the plan that is activated, not over, and needs it. */
  deletePackage(
    id: string,
    who: string,
    now: number,
  ): Promise<
    { kind: 'deleted'; files: PackageFileRecord[] } | { kind: 'unknown' } | { kind: 'inUse'; planName: string }
  >;
  /** Whether any package still declares a file of this SHA-256. */
  isFileDeclared(sha256: string): Promise<boolean>;
}
