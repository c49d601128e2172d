import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder } from '../accounts/secret-file.ts';
import { StartError } from '../start-error.ts';
import { databaseFile } from '../store/sqlite/database.ts';
import { hasDatabase, inspectFolder } from '../store/sqlite/inspect.ts';
import { type FolderStore, openSqliteStore } from '../store/sqlite/open.ts';
import { StoreError } from '../store/store-error.ts';
import { verifyFolder } from './verify-folder.ts';

/** Files beside the database that a copy needs: without the key, nobody can sign in to it. */
const beside = ['server-key', 'access-secret'];
/** A package that is deleted between the copy of the database and that of its file makes the copy begin again. */
const tries = 5;

/**
 * Copies a data folder as it is at one moment, while its store is used: the database, then the package files that it names (they never
 * change), then the keys. The copy appears under its name when it is whole.
 * @param target must not exist, or be empty
 */
export async function backupStore(store: FolderStore, dataDir: string, target: string): Promise<void> {
  await laidDown(target, async (partial) => {
    for (let attempt = 1; ; attempt++) {
      await store.backup(join(partial, databaseFile));
      if ((await copyFiles(dataDir, partial)) || attempt === tries) break;
      rmSync(join(partial, databaseFile));
    }
    copyBeside(dataDir, partial);
  });
}

/** Copies a data folder on which no server runs. @throws StartError locked, when one does */
export async function backupFolder(dataDir: string, target: string): Promise<void> {
  if (!hasDatabase(dataDir)) throw new StartError('failed', `There is no Developer Center in ${dataDir}.`);
  const store = open(dataDir);
  try {
    await backupStore(store, dataDir, target);
  } finally {
    await store.close();
  }
}

/**
 * Makes a data folder from a backup, which is verified before. Everything that was reported after the backup is not in it.
 * @throws StartError when the backup is not sound, or the folder holds a Developer Center already
 */
export async function restoreFolder(backup: string, dataDir: string): Promise<void> {
  if (resolve(backup) === resolve(dataDir))
    throw new StartError('failed', 'The backup and the data folder are the same.');
  const { problems } = await verifyFolder(backup);
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
    throw new StartError('corrupt', `The backup in ${backup} is damaged and was not restored: ${first}${more}`);
  }
  await laidDown(dataDir, async (partial) => {
    copyFileSync(join(backup, databaseFile), join(partial, databaseFile));
    await copyFiles(backup, partial);
    copyBeside(backup, partial);
  });
}

/** Does the work in a folder beside the target, and gives it the target's name when all of it is done. */
async function laidDown(target: string, work: (partial: string) => Promise<void>): Promise<void> {
  const path = resolve(target);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new StartError('failed', `${path} is not empty. Name a folder that does not exist yet.`);
  }
  mkdirSync(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  try {
    await work(partial);
    if (existsSync(path)) rmdirSync(path);
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (error instanceof StoreError) throw new StartError(error.failure, error.message, error);
    throw error;
  }
}

/** @returns false when a file that the copied database names is gone */
async function copyFiles(from: string, to: string): Promise<boolean> {
  for (const { sha256 } of inspectFolder(to, false).files) {
    const path = join('files', sha256.slice(0, 2), sha256);
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    try {
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    }
  }
  return true;
}

function copyBeside(from: string, to: string): void {
  for (const name of beside) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}

function open(dataDir: string): FolderStore {
  try {
    return openSqliteStore(dataDir);
  } catch (error) {
    if (error instanceof StoreError) throw new StartError(error.failure, error.message, error);
    throw error;
  }
}
