import { access, constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../accounts/secret-file.ts';
import { checkedDigest, type KeptFiles, MissingFile } from './kept-files.ts';

/** Bytes that are read at once. */
const mostAtOnce = 256 * 1024;

/** Package files in a folder of this machine, or one that replicas share. */
export class FolderFiles implements KeptFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The source has to be on the same file system, and flushed. */
  async put(sha256: string, _size: number, source: string): Promise<void> {
    const path = this.#path(sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(source, path);
    syncFolder(dirname(path));
    syncFolder(this.#folder);
  }

  async size(sha256: string): Promise<number | null> {
    try {
      return (await stat(this.#path(sha256))).size;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async *read(sha256: string, start: number, end?: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const file = await this.#open(sha256);
    try {
      const { size } = await file.stat();
      const after = Math.min(size, end === undefined ? size : end + 1);
      for (let at = start; at < after; ) {
        // As large as what is there: most ranges are one read, and a stream would take its largest buffer for a small file.
        const length = Math.min(mostAtOnce, after - at);
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#path(sha256), { force: true });
  }

  /** @throws the system's errors, when the folder is gone or cannot be written */
  async check(): Promise<void> {
    await access(this.#folder, constants.R_OK | constants.W_OK);
  }

  async #open(sha256: string): Promise<FileHandle> {
    try {
      return await open(this.#path(sha256));
    } catch (error) {
      throw isMissing(error) ? new MissingFile(sha256) : error;
    }
  }

  #path(sha256: string): string {
    return join(this.#folder, checkedDigest(sha256).slice(0, 2), sha256);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
