import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { keysFrom, readRootKey, unseal } from '../accounts/server-keys.ts';
import { FolderFiles } from '../packages/folder-files.ts';
import { FilesUnavailable, type KeptFiles, MissingFile } from '../packages/kept-files.ts';
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
 * @param kept where the package files are, when not in the folder
 * @throws StartError when there is no database, a server runs on it, or it is of a newer version
 */
export async function verifyFolder(folder: string, kept: KeptFiles = filesIn(folder)): Promise<Verification> {
  if (!hasDatabase(folder)) throw new StartError('failed', `There is no Developer Center in ${folder}.`);
  return await verified(folder, kept, async () => inspectFolder(folder));
}

/**
 * Looks at a PostgreSQL database as it is at one moment, also while servers run on it, and at the package files and keys in their data
 * folder. Changes nothing.
 * @param kept where the package files are, when not in the folder
 * @throws StartError when it cannot be reached, or is of another version
 */
export async function verifyDatabase(
  url: string,
  dataDir: string,
  kept: KeptFiles = filesIn(dataDir),
): Promise<Verification> {
  return await verified(dataDir, kept, () => inspectDatabase(url));
}

function filesIn(folder: string): KeptFiles {
  return new FolderFiles(join(folder, 'files'));
}

async function verified(folder: string, kept: KeptFiles, look: () => Promise<Inspection>): Promise<Verification> {
  const found = await inspected(look);
  const problems = [...found.problems, ...keyProblems(folder, found), ...(await fileProblems(kept, found))];
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

async function fileProblems(kept: KeptFiles, { files }: Inspection): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const digest = await digestOf(kept, file.sha256);
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
async function digestOf(kept: KeptFiles, sha256: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of kept.read(sha256, 0)) hash.update(chunk);
  } catch (error) {
    if (error instanceof MissingFile) return null;
    if (error instanceof FilesUnavailable) throw new StartError('failed', error.message, error);
    throw error;
  }
  return hash.digest('hex');
}
