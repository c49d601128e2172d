import type { ComponentType, Plan, PlanStatus } from '@otaplan/model';

/**
 * What is known of something outside the files that are checked. Three answers, not two: a rule that meets
 * `notKnown` says nothing and is listed as not checked.
 */
export type Answer<T> =
  | { readonly kind: 'good'; readonly value: T }
  /** It is known not to be there, or not to be readable; `reason` in words for a person. */
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'notKnown' };

/** Facts of a file, such as one of a package. */
export interface FileFacts {
  /** Bytes. */
  readonly size: number;
  /** Hex, lower case. */
  readonly sha256: string;
}

/**
 * All that a check may know beside the sources, as plain data and pure functions: the same world and the same sources
 * give the same findings. A host gathers it beforehand.
 */
export interface World {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Version of the zone data in use, printed with results that depend on it. */
  readonly zoneDataVersion: string;
  /** Whether a file lies in the folders that the user opened. Files outside are not read. */
  isInside(uri: string): boolean;
  /** Text of a file that is no source, such as a device list. */
  readText(uri: string): Answer<string>;
  fileFacts(uri: string): Answer<FileFacts>;
  /** What Developer Center knows; absent while not connected. */
  readonly catalogue?: Catalogue;
}

/** What is known of one Developer Center. Each answer may be not known: not asked yet, or not offered by the server. */
export interface Catalogue {
  product(productKey: string): Answer<CatalogueProduct>;
  /** The products that the account may use, to suggest one. */
  products?(): Answer<readonly CatalogueProduct[]>;
  /** A declared package's counterpart; `null`: there is none. */
  package(type: ComponentType, version: string, sourceVersion: string | null): Answer<CataloguePackage | null>;
  /** Every package for a component type, to search ways from version to version. */
  packages(type: ComponentType): Answer<readonly CataloguePackage[]>;
  /** Devices of the product; for those that are unknown there is no entry. */
  devices(productKey: string): Answer<ReadonlyMap<string, CatalogueDevice>>;
  /** Plans that are there, deployed by whomever. */
  plans(): Answer<readonly CataloguePlan[]>;
}

export interface CatalogueProduct {
  readonly productKey: string;
  readonly name: string;
}

export interface CataloguePackage {
  readonly name: string;
  readonly type: ComponentType;
  readonly version: string;
  readonly sourceVersion: string | null;
  readonly sha256: readonly string[];
}

export interface CatalogueDevice {
  /** Reported version by component identifier. */
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; `null`: never. */
  readonly lastSeen: number | null;
}

export interface CataloguePlan {
  readonly name: string;
  readonly status: PlanStatus;
  readonly plan: Plan;
}

/** A world in which nothing is known but the time. */
export function emptyWorld(now: number): World {
  return {
    now,
    zoneDataVersion: 'unknown',
    isInside: () => true,
    readText: () => ({ kind: 'notKnown' }),
    fileFacts: () => ({ kind: 'notKnown' }),
  };
}
