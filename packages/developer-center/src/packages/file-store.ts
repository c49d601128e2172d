import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder } from '../accounts/secret-file.ts';
import { ProblemError } from '../center/problem-error.ts';
import type { RandomBytes } from '../clock.ts';

/** What was computed of a file's bytes; digests in hex. */
export interface Digests {
  readonly size: number;
  readonly sha256: string;
  readonly md5: string;
  readonly crc32: string;
}

/** Files are read and checked in blocks of this many bytes: a range is served without hashing the whole file again. */
const blockBytes = 256 * 1024;
const mostCheckedFiles = 500;

/**
 * Package files by their SHA-256, in a folder. A file is whole and checked or it is not there: it is written under another name,
 * flushed to the disk and renamed. What is read is compared with what was written, block by block, so that a flipped bit is found.
 */
export class FileStore {
  readonly #folder: string;
  readonly #random: RandomBytes;
  /** SHA-256 of every block of the files read lately, from a pass in which the whole file had its digest. */
  readonly #blocks = new Map<string, Promise<readonly string[]>>();

  /** @param abandonedBefore uploads that were last written to before this instant were cut off; by default all that are found */
  constructor(folder: string, random: RandomBytes, abandonedBefore = Number.POSITIVE_INFINITY) {
    this.#folder = folder;
    this.#random = random;
    mkdirSync(join(folder, 'incoming'), { recursive: true, mode: 0o700 });
    // Uploads that a crash cut off.
    for (const name of readdirSync(join(folder, 'incoming'))) {
      const path = join(folder, 'incoming', name);
      const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (written < abandonedBefore) rmSync(path, { force: true });
    }
  }

  /**
   * Takes a file's bytes as they come and keeps them when they are what was declared.
   * @throws ProblemError `digest-mismatch`, `too-large`, `invalid-request` (cut off), and the file system's errors; nothing is kept then
   */
  async keep(bytes: AsyncIterable<Uint8Array>, declared: { size: number; sha256: string }): Promise<Digests> {
    const name = Buffer.from(this.#random(12)).toString('hex');
    const temporary = join(this.#folder, 'incoming', name);
    try {
      const digests = await this.#write(temporary, bytes, declared.size);
      if (digests.size !== declared.size || digests.sha256 !== declared.sha256)
        throw new ProblemError(
          'digest-mismatch',
          `Declared were ${declared.size} bytes with SHA-256 ${declared.sha256}; these are ${digests.size} with ${digests.sha256}.`,
        );
      const path = this.#path(digests.sha256);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      syncFolder(dirname(path));
      syncFolder(this.#folder);
      this.#blocks.delete(digests.sha256);
      return digests;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #write(path: string, bytes: AsyncIterable<Uint8Array>, most: number): Promise<Digests> {
    const sha256 = createHash('sha256');
    const md5 = createHash('md5');
    let crc = 0;
    let size = 0;
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of readWhole(bytes)) {
        size += chunk.length;
        if (size > most) throw new ProblemError('too-large', `The file is larger than the ${most} bytes declared.`);
        sha256.update(chunk);
        md5.update(chunk);
        crc = crc32(chunk, crc);
        await writeAll(file, chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return {
      size,
      sha256: sha256.digest('hex'),
      md5: md5.digest('hex'),
      crc32: crc.toString(16).padStart(8, '0'),
    };
  }

  /** Whether a file of this digest is here; its content is checked when it is read. */
  async has(sha256: string): Promise<boolean> {
    return (await this.size(sha256)) !== null;
  }

  /** Size in bytes, or `null` when there is no such file. */
  async size(sha256: string): Promise<number | null> {
    try {
      return (await stat(this.#path(sha256))).size;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * Whether the bytes on the disk are still what was uploaded; reads the whole file the first time.
   */
  async isSound(sha256: string): Promise<boolean> {
    try {
      await this.#checkedBlocks(sha256);
      return true;
    } catch (error) {
      if (error instanceof DamagedFile) return false;
      throw error;
    }
  }

  /**
   * The bytes from `start` to `end`, both included. Ends with an error, before the damaged block is handed over, when a block is not
   * what was uploaded.
   */
  async *read(sha256: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    const blocks = await this.#checkedBlocks(sha256);
    const file = await open(this.#path(sha256), 'r');
    try {
      for (let index = Math.floor(start / blockBytes); index * blockBytes <= end; index++) {
        const block = await readBlock(file, index);
        if (hash(block) !== blocks[index]) {
          this.#blocks.delete(sha256);
          throw new DamagedFile(sha256);
        }
        const offset = index * blockBytes;
        yield block.subarray(Math.max(0, start - offset), Math.min(block.length, end - offset + 1));
      }
    } finally {
      await file.close();
    }
  }

  /** Removes a file; harmless when it is not there. */
  async remove(sha256: string): Promise<void> {
    this.#blocks.delete(sha256);
    await rm(this.#path(sha256), { force: true });
  }

  #checkedBlocks(sha256: string): Promise<readonly string[]> {
    const known = this.#blocks.get(sha256);
    if (known !== undefined) return known;
    const blocks = this.#checkWhole(sha256);
    this.#blocks.set(sha256, blocks);
    blocks.catch(() => this.#blocks.delete(sha256));
    if (this.#blocks.size > mostCheckedFiles) this.#blocks.delete(this.#blocks.keys().next().value ?? '');
    return blocks;
  }

  async #checkWhole(sha256: string): Promise<readonly string[]> {
    const whole = createHash('sha256');
    const blocks: string[] = [];
    const file = await open(this.#path(sha256), 'r');
    try {
      for (;;) {
        const block = await readBlock(file, blocks.length);
        if (block.length === 0) break;
        whole.update(block);
        blocks.push(hash(block));
      }
    } finally {
      await file.close();
    }
    if (whole.digest('hex') !== sha256) throw new DamagedFile(sha256);
    return blocks;
  }

  #path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('Not a SHA-256 in hex.');
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

/** The bytes on the disk are not those that were uploaded. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
  constructor(sha256: string) {
    super(`The package file ${sha256} is damaged on the disk. Upload it again.`);
  }
}

async function* readWhole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch {
    throw new ProblemError('invalid-request', 'The connection ended in the middle of the file.');
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}

async function readBlock(file: FileHandle, index: number): Promise<Buffer> {
  const block = Buffer.allocUnsafe(blockBytes);
  let filled = 0;
  while (filled < blockBytes) {
    const { bytesRead } = await file.read(block, filled, blockBytes - filled, index * blockBytes + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return block.subarray(0, filled);
}

function hash(block: Uint8Array): string {
  return createHash('sha256').update(block).digest('base64');
}
