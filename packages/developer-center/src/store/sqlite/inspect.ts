import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../store-error.ts';
import { Database, databaseFile, type Row } from './database.ts';
import { DeviceCache } from './device-cache.ts';
import { Tables } from './tables.ts';
import { verifyPlans } from './verify.ts';

/** What lies in a folder's database, as far as files and keys beside it must agree with it. */
export interface Inspected {
  /** Sentences about the database itself; none: sound. */
  readonly problems: readonly string[];
  readonly plans: number;
  readonly planDevices: number;
  readonly logLines: number;
  /** Uploaded files of packages. */
  readonly files: readonly {
    readonly packageName: string;
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
  }[];
  readonly accessKeys: readonly { readonly key: string; readonly secret: string; readonly role: string }[];
}

/** Whether a folder has a database. */
export function hasDatabase(folder: string): boolean {
  return existsSync(join(folder, databaseFile));
}

/**
 * Opens the database of a folder alone, without bringing it to this version, and looks at everything.
 * @param deep false: only what lies in it, without the checks
 * @throws StoreError locked, when a server runs on it; newer, corrupt
 */
export function inspectFolder(folder: string, deep = true): Inspected {
  const db = new Database(folder, setImmediate, false);
  try {
    const tables = new Tables(db, new DeviceCache(1));
    return {
      problems: deep ? verified(tables) : [],
      plans: count(db, 'plan'),
      planDevices: count(db, 'plan_device'),
      logLines: count(db, 'log'),
      files: db
        .all(
          'SELECT package.name AS package, package_file.* FROM package_file JOIN package ON package.row = package_row WHERE md5 IS NOT NULL',
        )
        .map((row) => ({
          packageName: String(row['package']),
          name: String(row['name']),
          sha256: String(row['sha256']),
          size: Number(row['size']),
        })),
      accessKeys: db
        .all('SELECT key, secret, role FROM access_key ORDER BY key')
        .map((row) => ({ key: String(row['key']), secret: String(row['secret']), role: String(row['role']) })),
    };
  } finally {
    db.close();
  }
}

function verified(tables: Tables): string[] {
  try {
    return [...tables.db.read(() => verifyPlans(tables)), ...packageProblems(tables.db.all(incomplete))];
  } catch (error) {
    // A page that cannot be read ends the scan.
    if (error instanceof StoreError || error instanceof SyntaxError) return [error.message];
    throw error;
  }
}

const incomplete = `SELECT name FROM package WHERE complete <> NOT EXISTS
  (SELECT 1 FROM package_file WHERE package_row = package.row AND md5 IS NULL)`;

function packageProblems(rows: readonly Row[]): string[] {
  return rows.map(
    (row) => `The package “${String(row['name'])}” says otherwise than its files whether it is complete.`,
  );
}

function count(db: Database, table: string): number {
  return Number(db.get(`SELECT count(*) AS n FROM ${table}`)?.['n']);
}
