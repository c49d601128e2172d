import type { ComponentType } from '@otaplan/model';
import type { Page } from './packages.ts';

/** Products and devices, and what devices last said of themselves. Instants are milliseconds. */

export interface ProductRecord {
  readonly productKey: string;
  /** Id of the account that it belongs to. */
  readonly account: string;
  readonly name: string;
}

/** A version that a device reported for one of its components. */
export interface ReportedVersion {
  readonly identifier: string;
  readonly type: ComponentType;
  readonly version: string;
}

export interface DeviceRecord {
  /** The store's own number of the device. */
  readonly id: number;
  readonly productKey: string;
  readonly deviceKey: string;
  readonly name: string;
  /** Hex SHA-256 of the device's secret; `null`: it cannot sign in yet. */
  readonly secretSha256: string | null;
  /** It counts as online while this is in the future. */
  readonly onlineUntil: number;
  readonly lastSeen: number | null;
  readonly versions: readonly ReportedVersion[];
  readonly battery: number | null;
  readonly signal: number | null;
  /** The end user's switch: manual plans confirm themselves inside their push period. */
  readonly autoUpgrade: boolean;
  /** Ids of its last reports of versions. */
  readonly lastReports: readonly string[];
}

export interface NewDevice {
  readonly deviceKey: string;
  readonly name?: string | undefined;
  readonly secretSha256?: string | undefined;
}

/** What a device tells of itself along with its versions. */
export interface DeviceFacts {
  readonly battery?: number | undefined;
  readonly signal?: number | undefined;
}

export interface AuditRecord {
  readonly id: number;
  /** Id of the account whose things were changed. */
  readonly account: string;
  readonly time: number;
  readonly who: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}
export type NewAudit = Omit<AuditRecord, 'id'>;

export interface RegistryStore {
  /** All or none: the key of a product that belongs to another account is answered, and nothing is changed. */
  registerProducts(
    account: string,
    products: readonly Omit<ProductRecord, 'account'>[],
    who: string,
    now: number,
  ): Promise<{ created: number; unchanged: number; renamed: number } | { foreign: string }>;
  /** `null`: the product is not known. */
  registerDevices(
    productKey: string,
    devices: readonly NewDevice[],
    who: string,
    now: number,
  ): Promise<{ created: number; unchanged: number } | null>;
  /** By product key. `pageNum` counts from 1; the published API pages by number. */
  listProducts(
    account: string,
    pageNum: number,
    pageSize: number,
    productKey?: string,
  ): Promise<{ items: ProductRecord[]; total: number }>;
  findProduct(productKey: string): Promise<ProductRecord | null>;
  /** By device key. `online` compares with `now`. */
  listDevices(
    query: { productKey: string; deviceKey?: string | undefined; online?: boolean | undefined; now: number },
    pageNum: number,
    pageSize: number,
  ): Promise<{ items: DeviceRecord[]; total: number }>;
  findDevice(productKey: string, deviceKey: string): Promise<DeviceRecord | null>;
  /** The device was heard of: it counts as online until the given instant (a past one: it left). */
  deviceSeen(productKey: string, deviceKey: string, now: number, onlineUntil: number): Promise<void>;
  setAutoUpgrade(productKey: string, deviceKey: string, on: boolean): Promise<boolean>;
  /**
   * One step of deleting a product with its devices, of which no plan has one any more: at most so many devices, and then the product.
   * @returns whether it is gone
   */
  eraseProduct(productKey: string, most: number): Promise<boolean>;
  appendAudit(entry: NewAudit): Promise<void>;
  /** Newest first. */
  listAudit(account: string, limit: number, cursor: string | null): Promise<Page<AuditRecord>>;
}
