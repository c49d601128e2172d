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
export async function laidDown<T>(target: string, work: (partial: string) => Promise<T>): Promise<T> {
  const path = resolve(target);
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new StartError('failed', `${path} is not empty. Name a folder that does not exist yet.`);
  }
  mkdirSync(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  try {
    const result = await work(partial);
    if (existsSync(path)) rmdirSync(path);
    renameSync(partial, path);
    syncFolder(dirname(path));
    return result;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (error instanceof StoreError) throw new StartError(error.failure, error.message, error);
    throw error;
  }
}

/** What a copy has of the package files that its database names. */
export interface CopiedFiles {
  readonly copied: number;
  /** They were not in the data folder: they are in an S3 store, or gone. */
  readonly notCopied: number;
}

/** Copies the bytes of packages that are in the folder. */
export async function copyFiles(from: string, to: string, files: Inspection['files']): Promise<CopiedFiles> {
  let copied = 0;
  for (const { sha256 } of files) {
    const path = join('files', sha256.slice(0, 2), sha256);
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    try {
      await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
      copied++;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return { copied, notCopied: files.length - copied };
}

export function copyBeside(from: string, to: string): void {
  for (const name of beside) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}
