import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { firstAccount } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';

/** What an older version had in its database when it was stopped; written by that version itself, on a clock of its own. */
export interface OldDatabase {
  readonly name: string;
  readonly planId: string;
  readonly accessKey: string;
  /** Statuses of the devices' one component. */
  readonly statuses: Readonly<Record<string, string>>;
  /** How many lines each device's log has. */
  readonly logs: Readonly<Record<string, number>>;
  /** The plan's counts, as it told them. */
  readonly summary: Readonly<Record<string, number>>;
}
interface Kept extends OldDatabase {
  readonly serverKey: string | null;
  readonly accessSecret: string;
}

/** Whether all that an old database had is in a store that was opened on it. @returns what is not, as sentences */
export async function missingFrom(store: Store, old: OldDatabase): Promise<string[]> {
  const missing = await store.plans.verify();
  const plan = await store.plans.findPlan(old.planId);
  const counts = plan ? Object.entries(plan.counts.devices) : [];
  for (const [what, count] of counts) if (count !== old.summary[what]) missing.push(`${what}: ${count}`);
  if (counts.length === 0) missing.push('the plan');
  for (const [key, lines] of Object.entries(old.logs)) {
    const log = await store.plans.componentLog(old.planId, key, null, 0, 1000);
    if (log.length !== lines) missing.push(`${key}: ${log.length} lines, not ${lines}`);
  }
  if ((await store.accounts.findAccessKey(old.accessKey))?.account !== firstAccount) missing.push('the access key');
  return missing;
}

/** When they were written, and within the period of their plan. */
export const oldMoment = Date.parse('2027-03-01T09:00:00Z');
const firmware = 'firmware 2.0.0';
const firmwareSha256 = '5606dda9c24a88f198cb6ba64dde08e65af4afe048a2101b343e9fb09cb6d5c9';

/** By the steps of the schema that were done: all that came before the one of now. */
export const oldSqlite: readonly string[] = ['sqlite-1', 'sqlite-2', 'sqlite-3', 'sqlite-4'];
export const oldPostgres: readonly string[] = ['postgres-1', 'postgres-2'];

/**
 * Lays down an old database with the files that stood beside it.
 * @param folder the data folder
 * @param database an empty one, for those of PostgreSQL
 */
export async function layDown(name: string, folder: string, database: string | null): Promise<OldDatabase> {
  const at = join(import.meta.dirname, 'old-databases', name);
  const kept = JSON.parse(readFileSync(`${at}.json`, 'utf8')) as Kept;
  const sql = readFileSync(`${at}.sql`, 'utf8');
  const files = join(folder, 'files', firmwareSha256.slice(0, 2));
  mkdirSync(files, { recursive: true, mode: 0o700 });
  writeFileSync(join(files, firmwareSha256), firmware);
  writeFileSync(join(folder, 'access-secret'), `${kept.accessSecret}\n`, { mode: 0o600 });
  if (kept.serverKey !== null) writeFileSync(join(folder, 'server-key'), `${kept.serverKey}\n`, { mode: 0o600 });
  if (database === null) {
    const db = new DatabaseSync(join(folder, 'developer-center.sqlite'));
    db.exec(sql);
    db.close();
  } else {
    const client = new Client({ connectionString: database });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }
  return { ...kept, name };
}
