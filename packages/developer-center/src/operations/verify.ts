import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { keysFrom, readRootKey, unseal } from '../accounts/server-keys.ts';
import { StartError } from '../start-error.ts';
import type { Inspection } from '../store/inspection.ts';
import { inspectDatabase } from '../store/postgres/inspect.ts';
import { hasDatabase, inspectFolder } from '../store/sqlite/inspect.ts';
import { StoreError } from '../store/store-error.ts';

/** What a data folder or a database holds, and what is wrong with it. */
export interface Verification {
  /** Sentences; none: everything holds. */
  readonly problems: readonly string[];
  readonly plans: number;
  readonly planDevices: number;
  readonly logLines: number;
  readonly packageFiles: number;
}

/**
 * Looks at a data folder or a backup while no server runs on it: the database with every counter, status, log line and checksum; the
 * bytes of every package file; whether the folder's key opens the access secrets. Changes nothing.
 * @throws StartError when there is no database, a server runs on it, or it is of a newer version
 */
export async function verifyFolder(folder: string): Promise<Verification> {
  if (!hasDatabase(folder)) throw new StartError('failed', `There is no Developer Center in ${folder}.`);
  return await verified(folder, async () => inspectFolder(folder));
}

/**
 * Looks at a PostgreSQL database as it is at one moment, also while servers run on it, and at the package files and keys in their data
 * folder. Changes nothing.
 * @throws StartError when it cannot be reached, or is of another version
 */
export async function verifyDatabase(url: string, dataDir: string): Promise<Verification> {
  return await verified(dataDir, () => inspectDatabase(url));
}

async function verified(folder: string, look: () => Promise<Inspection>): Promise<Verification> {
  const found = await inspected(look);
  const problems = [...found.problems, ...keyProblems(folder, found), ...(await fileProblems(folder, found))];
  const { plans, planDevices, logLines, files } = found;
  return { problems, plans, planDevices, logLines, packageFiles: files.length };
}

async function inspected(look: () => Promise<Inspection>): Promise<Inspection> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.failure !== 'corrupt') throw new StartError(error.failure, error.message, error);
    const nothing = { plans: 0, planDevices: 0, logLines: 0, files: [], accessKeys: [], secrets: new Map() };
    return { ...nothing, problems: [error.message] };
  }
}

async function fileProblems(folder: string, { files }: Inspection): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const digest = await digestOf(join(folder, 'files', file.sha256.slice(0, 2), file.sha256));
    const which = `The file ${file.name} of the package “${file.packageName}”`;
    if (digest === null) problems.push(`${which} is missing.`);
    else if (digest !== file.sha256) problems.push(`${which} is damaged: its bytes are not those that were uploaded.`);
  }
  return problems;
}

function keyProblems(folder: string, { accessKeys, secrets }: Inspection): string[] {
  if (accessKeys.length === 0) return [];
  try {
    const shared = secrets.get('server-key');
    const root = readRootKey(folder) ?? (shared === undefined ? null : Buffer.from(shared, 'hex'));
    if (root === null) return ['The folder’s key (server-key) is missing: nobody can sign in.'];
    const { sealing } = keysFrom(root);
    // The file access-secret is not looked at: the next start puts it right.
    for (const { key, secret } of accessKeys) unseal(sealing, secret, key);
    return [];
  } catch {
    return ['An access key’s secret cannot be opened with the folder’s key: one of the two is damaged.'];
  }
}

/** SHA-256 in hex; `null`: no such file. */
async function digestOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}
