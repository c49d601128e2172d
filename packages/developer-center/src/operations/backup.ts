import { copyFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KeptFiles } from '../packages/kept-files.ts';
import { StartError } from '../start-error.ts';
import { databaseFile } from '../store/sqlite/database.ts';
import { hasDatabase, inspectFolder } from '../store/sqlite/inspect.ts';
import { type FolderStore, openSqliteStore } from '../store/sqlite/open.ts';
import { StoreError } from '../store/store-error.ts';
import { type CopiedFiles, copyBeside, copyFiles, laidDown } from './copies.ts';
import { verifyFolder } from './verify.ts';

/** A package that is deleted between the copy of the database and that of its file makes the copy begin again. */
const tries = 5;

/**
 * Copies a data folder as it is at one moment, while its store is used: the database, then the package files that it names (they never
 * change), then the keys. The copy appears under its name when it is whole.
 * @param target must not exist, or be empty
 */
export async function backupStore(store: FolderStore, dataDir: string, target: string): Promise<CopiedFiles> {
  return await laidDown(target, async (partial) => {
    copyBeside(dataDir, partial);
    let before = 0;
    for (let attempt = 1; ; attempt++) {
      await store.backup(join(partial, databaseFile));
      const copied = await copyFiles(dataDir, partial, inspectFolder(partial, false).files);
      // As many as before: these files were not deleted just now, they are kept elsewhere.
      if (copied.notCopied === before || attempt === tries) return copied;
      before = copied.notCopied;
      rmSync(join(partial, databaseFile));
    }
  });
}

/** Copies a data folder on which no server runs. @throws StartError locked, when one does */
export async function backupFolder(dataDir: string, target: string): Promise<CopiedFiles> {
  if (!hasDatabase(dataDir)) throw new StartError('failed', `There is no Developer Center in ${dataDir}.`);
  const store = open(dataDir);
  try {
    return await backupStore(store, dataDir, target);
  } finally {
    await store.close();
  }
}

/**
 * Makes a data folder from a backup, which is verified before. Everything that was reported after the backup is not in it.
 * @param kept where the package files are, when they are not in the backup
 * @throws StartError when the backup is not sound, or the folder holds a Developer Center already
 */
export async function restoreFolder(backup: string, dataDir: string, kept?: KeptFiles): Promise<void> {
  if (resolve(backup) === resolve(dataDir))
    throw new StartError('failed', 'The backup and the data folder are the same.');
  const { problems } = await verifyFolder(backup, kept);
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
    throw new StartError('corrupt', `The backup in ${backup} is damaged and was not restored: ${first}${more}`);
  }
  await laidDown(dataDir, async (partial) => {
    copyFileSync(join(backup, databaseFile), join(partial, databaseFile));
    await copyFiles(backup, partial, inspectFolder(partial, false).files);
    copyBeside(backup, partial);
  });
}

function open(dataDir: string): FolderStore {
  try {
    return openSqliteStore(dataDir);
  } catch (error) {
    if (error instanceof StoreError) throw new StartError(error.failure, error.message, error);
    throw error;
  }
}
