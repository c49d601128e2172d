import { copyFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StartError } from '../start-error.ts';
import { databaseFile } from '../store/sqlite/database.ts';
import { hasDatabase, inspectFolder } from '../store/sqlite/inspect.ts';
import { type FolderStore, openSqliteStore } from '../store/sqlite/open.ts';
import { StoreError } from '../store/store-error.ts';
import { copyBeside, copyFiles, laidDown } from './copies.ts';
import { verifyFolder } from './verify.ts';

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
      const { files } = inspectFolder(partial, false);
      if ((await copyFiles(dataDir, partial, files)) || attempt === tries) break;
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
