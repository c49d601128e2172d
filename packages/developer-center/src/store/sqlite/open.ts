import type { Store } from '../store.ts';
import { SqliteAccounts } from './accounts.ts';
import { Database } from './database.ts';
import { DeviceCache } from './device-cache.ts';
import { SqlitePackages } from './packages.ts';
import { sqlitePlans } from './plans.ts';
import { SqliteRegistry } from './registry.ts';

/** Devices kept in memory, some 2 kB each: those in progress of two large plans. */
const cachedDevices = 20_000;

/** A store in a folder, which can also be copied while it is used. */
export interface FolderStore extends Store {
  /** Copies the database as it is at one moment. @param file must not exist */
  backup(file: string): Promise<void>;
}

/**
 * Opens the store in a folder, which is made when missing and locked while open.
 * @param defer runs a function when the works at hand have arrived; what arrives before shares one transaction
 * @throws StoreError locked, newer, corrupt, readOnly
 */
export function openSqliteStore(folder: string, defer: (run: () => void) => void = setImmediate): FolderStore {
  const db = new Database(folder, defer);
  const devices = new DeviceCache(cachedDevices);
  return {
    accounts: new SqliteAccounts(db),
    packages: new SqlitePackages(db),
    registry: new SqliteRegistry(db, devices),
    plans: sqlitePlans(db, devices),
    check: () => db.write(() => void db.run("DELETE FROM counter WHERE plan_row = -1 AND name = ''")),
    backup: (file) => db.backup(file),
    close: async () => db.close(),
  };
}
