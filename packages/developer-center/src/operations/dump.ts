import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptFiles } from '../packages/kept-files.ts';
import { StartError } from '../start-error.ts';
import { Database } from '../store/postgres/database.ts';
import { inspectDatabase } from '../store/postgres/inspect.ts';
import { StoreError } from '../store/store-error.ts';
import { type CopiedFiles, copyBeside, copyFiles, laidDown } from './copies.ts';
import { verifyDatabase } from './verify.ts';

/** What `pg_dump` made, in the backup's folder. */
const dumpFile = 'database.dump';

/** Whether a backup is of a PostgreSQL database. */
export function isDump(backup: string): boolean {
  return existsSync(join(backup, dumpFile));
}

/**
 * Copies a PostgreSQL database as it is at one moment by its own `pg_dump`, also while servers run on it, then the package files that
 * it names and the keys in the servers' data folder. The copy appears under its name when it is whole.
 * @param target must not exist, or be empty
 * @throws StartError when `pg_dump` is not there, or says that it failed
 */
export async function backupDatabase(url: string, dataDir: string, target: string): Promise<CopiedFiles> {
  return await laidDown(target, async (partial) => {
    await run('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', '--file', join(partial, dumpFile)]);
    // Younger than the dump: a file that the dump names is there, unless its package was deleted in between.
    const { files } = await inspectDatabase(url, false);
    copyBeside(dataDir, partial);
    return await copyFiles(dataDir, partial, files);
  });
}

/**
 * Makes a database and a data folder from a backup, and verifies them.
 * @param url an empty database
 * @param kept where the package files are, when they are not in the backup
 * @throws StartError when the database or the folder is not empty, `pg_restore` fails, or what came out is not sound
 */
export async function restoreDatabase(backup: string, url: string, dataDir: string, kept?: KeptFiles): Promise<void> {
  if (!isDump(backup)) throw new StartError('failed', `${backup} is not a backup of a PostgreSQL database.`);
  if (!(await told(Database.isEmpty(url)))) {
    throw new StartError('failed', 'There is a Developer Center in the database already. Name an empty one.');
  }
  await laidDown(dataDir, async (partial) => {
    const how = ['--single-transaction', '--exit-on-error', '--no-owner', '--no-privileges', '--dbname', nameOf(url)];
    await run('pg_restore', url, [...how, join(backup, dumpFile)]);
    await copyFiles(backup, partial, (await told(inspectDatabase(url, false))).files);
    copyBeside(backup, partial);
  });
  const { problems } = await verifyDatabase(url, dataDir, kept);
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  throw new StartError(
    'corrupt',
    `What was restored is not sound: ${first}${more} Do not start it; use another backup.`,
  );
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreError) throw new StartError(error.failure, error.message, error);
    throw error;
  }
}

function nameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** Runs a tool of PostgreSQL on a database. The password is never among its arguments. */
async function run(tool: string, url: string, args: readonly string[]): Promise<void> {
  const child = spawn(tool, args, {
    env: { ...process.env, ...environmentOf(url) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    throw new StartError('failed', `“${tool}” cannot be run. Install the client tools of PostgreSQL.`, error);
  });
  if (code !== 0) throw new StartError('failed', `${tool} failed: ${said.trim().split('\n')[0] ?? ''}`);
}

/** A database's address as PostgreSQL's own tools take it (https://www.postgresql.org/docs/current/libpq-envars.html). */
function environmentOf(url: string): Record<string, string> {
  const { hostname, port, username, password, searchParams } = new URL(url);
  const given: Record<string, string | null> = {
    PGHOST: searchParams.get('host') ?? hostname.replace(/^\[(.*)\]$/, '$1'),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: nameOf(url),
    PGSSLMODE: searchParams.get('sslmode'),
    PGSSLROOTCERT: searchParams.get('sslrootcert'),
    PGSSLCERT: searchParams.get('sslcert'),
    PGSSLKEY: searchParams.get('sslkey'),
  };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
