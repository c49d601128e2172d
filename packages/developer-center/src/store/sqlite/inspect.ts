import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Inspection } from '../inspection.ts';
import { incompleteProblem, inspectedFileOf, inspectedKeyOf, inspectSql } from '../rows/inspect.ts';
import { StoreError } from '../store-error.ts';
import { Database, databaseFile } from './database.ts';
import { DeviceCache } from './device-cache.ts';
import { Tables } from './tables.ts';
import { verifyPlans } from './verify.ts';

/** Whether a folder has a database. */
export function hasDatabase(folder: string): boolean {
  return existsSync(join(folder, databaseFile));
}

/**
 * Opens the database of a folder alone, without bringing it to this version, and looks at everything.
 * @param deep false: only what lies in it, without the checks
 * @throws StoreError locked, when a server runs on it; newer, corrupt
 */
export function inspectFolder(folder: string, deep = true): Inspection {
  const db = new Database(folder, setImmediate, false);
  try {
    const tables = new Tables(db, new DeviceCache(1));
    return {
      problems: deep ? verified(tables) : [],
      plans: count(db, 'plan'),
      planDevices: count(db, 'plan_device'),
      logLines: count(db, 'log'),
      files: db.all(inspectSql.files).map(inspectedFileOf),
      accessKeys: db.all(inspectSql.accessKeys).map(inspectedKeyOf),
      secrets: new Map(),
    };
  } finally {
    db.close();
  }
}

function verified(tables: Tables): string[] {
  try {
    return [
      ...tables.db.read(() => verifyPlans(tables)),
      ...tables.db.all(inspectSql.incomplete).map(incompleteProblem),
    ];
  } catch (error) {
    // A page that cannot be read ends the scan.
    if (error instanceof StoreError || error instanceof SyntaxError) return [error.message];
    throw error;
  }
}

function count(db: Database, table: string): number {
  return Number(db.get(`SELECT count(*) AS n FROM ${table}`)?.['n']);
}
