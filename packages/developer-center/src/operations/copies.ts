import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder } from '../accounts/secret-file.ts';
import { StartError } from '../start-error.ts';
import type { Inspection } from '../store/inspection.ts';
import { StoreError } from '../store/store-error.ts';

/** Files beside the database that a copy needs: without the key, nobody can sign in to it. */
const beside = ['server-key', 'access-secret'];

/** Does the work in a folder beside the target, and gives it the target's name when all of it is done. */
export async function laidDown(target: string, work: (partial: string) => Promise<void>): Promise<void> {
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

/** Copies the bytes of packages. @returns false when a file is gone */
export async function copyFiles(from: string, to: string, files: Inspection['files']): Promise<boolean> {
  for (const { sha256 } of files) {
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

export function copyBeside(from: string, to: string): void {
  for (const name of beside) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}
