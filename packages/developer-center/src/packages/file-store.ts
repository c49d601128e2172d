import { createHash } from 'node:crypto';
import { joined } from '../bytes.ts';
import type { Digests, Incoming } from './incoming.ts';
import type { KeptFiles } from './kept-files.ts';

/** Files are read and checked in blocks of this many bytes: a range is served without hashing the whole file again. */
const blockBytes = 256 * 1024;
const mostCheckedFiles = 500;

/**
 * Package files by their SHA-256, wherever they are kept. What comes in is checked before it is kept; what is read is compared with
 * what was uploaded, block by block, so that a flipped bit is found.
 */
export class FileStore {
  readonly #kept: KeptFiles;
  readonly #incoming: Incoming;
  /** SHA-256 of every block of the files read lately, from a pass in which the whole file had its digest. */
  readonly #blocks = new Map<string, Promise<readonly string[]>>();

  constructor(kept: KeptFiles, incoming: Incoming) {
    this.#kept = kept;
    this.#incoming = incoming;
  }

  /**
   * Takes a file's bytes as they come and keeps them when they are what was declared.
   * @throws ProblemError `digest-mismatch`, `too-large`, `invalid-request` (cut off); the file system's errors; FilesUnavailable.
   * Nothing is kept then
   */
  async keep(bytes: AsyncIterable<Uint8Array>, declared: { size: number; sha256: string }): Promise<Digests> {
    const { size, sha256 } = declared;
    const digests = await this.#incoming.receive(bytes, declared, (path) => this.#kept.put(sha256, size, path));
    this.#blocks.delete(sha256);
    return digests;
  }

  /** Size in bytes, or `null` when there is no such file; its content is checked when it is read. */
  async size(sha256: string): Promise<number | null> {
    return await this.#kept.size(sha256);
  }

  /** Whether the bytes that are kept are still what was uploaded; reads the whole file the first time. */
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
  async *read(sha256: string, start: number, end: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const blocks = await this.#checkedBlocks(sha256);
    const first = Math.floor(start / blockBytes);
    const afterLast = (Math.floor(end / blockBytes) + 1) * blockBytes;
    let index = first;
    for await (const block of inBlocks(this.#kept.read(sha256, first * blockBytes, afterLast - 1))) {
      if (hash(block) !== blocks[index]) throw this.#damaged(sha256);
      const offset = index * blockBytes;
      yield block.subarray(Math.max(0, start - offset), Math.min(block.length, end - offset + 1));
      index++;
    }
    if (index * blockBytes < afterLast && index < blocks.length) throw this.#damaged(sha256);
  }

  /** Whether files can be kept and read now. Rejects when not. */
  check(): Promise<void> {
    return this.#kept.check();
  }

  /** Removes a file; harmless when it is not there. */
  async remove(sha256: string): Promise<void> {
    this.#blocks.delete(sha256);
    await this.#kept.remove(sha256);
  }

  #damaged(sha256: string): DamagedFile {
    this.#blocks.delete(sha256);
    return new DamagedFile(sha256);
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
    for await (const block of inBlocks(this.#kept.read(sha256, 0))) {
      whole.update(block);
      blocks.push(hash(block));
    }
    if (whole.digest('hex') !== sha256) throw new DamagedFile(sha256);
    return blocks;
  }
}

/** The bytes that are kept are not those that were uploaded. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';
  constructor(sha256: string) {
    super(`The package file ${sha256} is damaged where it is kept. Upload it again.`);
  }
}

/** The same bytes in blocks of one size; the last may be shorter. */
async function* inBlocks(bytes: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let waiting: Uint8Array<ArrayBuffer>[] = [];
  let filled = 0;
  for await (const chunk of bytes) {
    for (let done = 0; done < chunk.length; ) {
      const part = chunk.subarray(done, done + blockBytes - filled);
      waiting.push(part);
      filled += part.length;
      done += part.length;
      if (filled < blockBytes) continue;
      yield joined(waiting);
      waiting = [];
      filled = 0;
    }
  }
  if (filled > 0) yield joined(waiting);
}

function hash(block: Uint8Array<ArrayBuffer>): string {
  return createHash('sha256').update(block).digest('base64');
}
