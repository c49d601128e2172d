import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readServerKeys, unseal } from '../accounts/server-keys.ts';
import { StartError } from '../start-error.ts';
import { hasDatabase, type Inspected, inspectFolder } from '../store/sqlite/inspect.ts';
import { StoreError } from '../store/store-error.ts';

/** What a folder holds, and what is wrong with it. */
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
  const found = inspect(folder);
  const problems = [...found.problems, ...keyProblems(folder, found)];
  for (const file of found.files) {
    const digest = await digestOf(join(folder, 'files', file.sha256.slice(0, 2), file.sha256));
    const which = `The file ${file.name} of the package “${file.packageName}”`;
    if (digest === null) problems.push(`${which} is missing.`);
    else if (digest !== file.sha256) problems.push(`${which} is damaged: its bytes are not those that were uploaded.`);
  }
  const { plans, planDevices, logLines, files } = found;
  return { problems, plans, planDevices, logLines, packageFiles: files.length };
}

function inspect(folder: string): Inspected {
  if (!hasDatabase(folder)) throw new StartError('failed', `There is no Developer Center in ${folder}.`);
  try {
    return inspectFolder(folder);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.failure !== 'corrupt') throw new StartError(error.failure, error.message, error);
    return { problems: [error.message], plans: 0, planDevices: 0, logLines: 0, files: [], accessKeys: [] };
  }
}

function keyProblems(folder: string, { accessKeys }: Inspected): string[] {
  if (accessKeys.length === 0) return [];
  try {
    const keys = readServerKeys(folder);
    if (keys === null) return ['The folder’s key (server-key) is missing: nobody can sign in.'];
    const problems: string[] = [];
    for (const { key, secret, role } of accessKeys) {
      const opened = unseal(keys.sealing, secret, key);
      if (role === 'owner' && accessKeys.find((other) => other.role === 'owner')?.key === key) {
        const file = readText(join(folder, 'access-secret'));
        if (file !== null && file.trim() !== opened) problems.push('The file access-secret is not the owner’s secret.');
      }
    }
    return problems;
  } catch {
    return ['An access key’s secret cannot be opened with the folder’s key: one of the two is damaged.'];
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
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
