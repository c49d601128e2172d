import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ProblemError } from '../center/problem-error.ts';
import type { RandomBytes } from '../clock.ts';

/** What was computed of a file's bytes; digests in hex. */
export interface Digests {
  readonly size: number;
  readonly sha256: string;
  readonly md5: string;
  readonly crc32: string;
}

/** Uploads on their way: a folder in which a file is written and compared with what was declared before it is kept anywhere. */
export class Incoming {
  readonly #folder: string;
  readonly #random: RandomBytes;

  /** @param abandonedBefore uploads that were last written to before this instant were cut off and are removed */
  constructor(folder: string, random: RandomBytes, abandonedBefore: number) {
    this.#folder = folder;
    this.#random = random;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      const written = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (written < abandonedBefore) rmSync(path, { force: true });
    }
  }

  /**
   * Takes a file's bytes as they come and hands the file to `keep` when they are what was declared; nothing stays here.
   * @throws ProblemError `digest-mismatch`, `too-large`, `invalid-request` (cut off), and the file system's errors
   */
  async receive(
    bytes: AsyncIterable<Uint8Array>,
    declared: { size: number; sha256: string },
    keep: (path: string) => Promise<void>,
  ): Promise<Digests> {
    const path = join(this.#folder, Buffer.from(this.#random(12)).toString('hex'));
    try {
      const digests = await write(path, bytes, declared.size);
      if (digests.size !== declared.size || digests.sha256 !== declared.sha256)
        throw new ProblemError(
          'digest-mismatch',
          `Declared were ${declared.size} bytes with SHA-256 ${declared.sha256}; these are ${digests.size} with ${digests.sha256}.`,
        );
      await keep(path);
      return digests;
    } finally {
      await rm(path, { force: true });
    }
  }
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>, most: number): Promise<Digests> {
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
