import type { Store } from '../store.ts';
import { SqliteAccounts } from './accounts.ts';
import { Database } from './database.ts';
import { SqlitePackages } from './packages.ts';
import { SqlitePlans } from './plans.ts';
import { SqliteRegistry } from './registry.ts';

/**
 * Opens the store in a folder, which is made when missing and locked while open.
 * @param defer runs a function when the works at hand have arrived; what arrives before shares one transaction
 * @throws StoreError locked, newer, corrupt, readOnly
 */
export function openSqliteStore(folder: string, defer: (run: () => void) => void = setImmediate): Store {
  const db = new Database(folder, defer);
  return {
    accounts: new SqliteAccounts(db),
    packages: new SqlitePackages(db),
    registry: new SqliteRegistry(db),
    plans: new SqlitePlans(db),
    check: () => db.write(() => void db.run("DELETE FROM counter WHERE plan_row = -1 AND name = ''")),
    close: async () => db.close(),
  };
}
