import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { sha256 } from '../testing/running.ts';
import { startS3, type TestS3 } from '../testing/s3.ts';
import { openBucketFiles } from './file-address.ts';
import { DamagedFile, FileStore } from './file-store.ts';
import { FolderFiles } from './folder-files.ts';
import { Incoming } from './incoming.ts';
import { type KeptFiles, MissingFile } from './kept-files.ts';

let folder: string;
let s3: TestS3;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'otaplan-files-'));
  s3 = await startS3();
});
afterAll(async () => {
  await s3.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Place {
  open(): KeptFiles;
  /** Where the bytes stand on this machine's disk. */
  pathOf(digest: string): string;
}
const places: Readonly<Record<string, Place>> = {
  'a folder': {
    open: () => new FolderFiles(folder),
    pathOf: (digest) => join(folder, digest.slice(0, 2), digest),
  },
  'an S3 store': {
    open: () => openBucketFiles(s3.address, s3.environment, systemClock),
    pathOf: (digest) => s3.pathOf(digest),
  },
};

describe.each(Object.entries(places))('package files in %s', (_, place) => {
  const incoming = () => join(folder, 'incoming');
  const open = () =>
    new FileStore(place.open(), new Incoming(incoming(), (count) => randomBytes(count), Number.POSITIVE_INFINITY));
  const declare = (bytes: Uint8Array) => ({ size: bytes.length, sha256: sha256(bytes) });
  async function* inChunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += 100_000) yield bytes.subarray(start, start + 100_000);
  }
  async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return Buffer.concat(all);
  }
  async function kept(size = 600_000) {
    const bytes = randomBytes(size);
    const files = open();
    await files.keep(inChunks(bytes), declare(bytes));
    return { files, bytes, digest: sha256(bytes) };
  }

  test('what was kept is there, whole, with its digests, also for the next process', async () => {
    const bytes = Buffer.from('123456789');
    const digests = await open().keep(inChunks(bytes), declare(bytes));
    expect(digests).toEqual({
      ...declare(bytes),
      md5: '25f9e794323b453885f5181f1b624d0b',
      crc32: 'cbf43926',
    });
    const files = open();
    expect(await files.size(digests.sha256)).toBe(9);
    expect(await files.isSound(digests.sha256)).toBe(true);
    expect((await bytesOf(files.read(digests.sha256, 0, 8))).toString()).toBe('123456789');
    expect(readdirSync(incoming())).toEqual([]);
  });

  const block = 256 * 1024;
  test.each([
    [0, 599_999],
    [0, 0],
    [599_999, 599_999],
    [block - 1, block],
    [block, 2 * block - 1],
    [300_000, 599_999],
  ])('bytes %i to %i are those of the file', async (start, end) => {
    const { files, bytes, digest } = await kept();
    expect((await bytesOf(files.read(digest, start, end))).equals(bytes.subarray(start, end + 1))).toBe(true);
  });

  test('a file of whole blocks is read to its end', async () => {
    const { files, bytes, digest } = await kept(2 * block);
    expect((await bytesOf(files.read(digest, 5, 2 * block - 1))).equals(bytes.subarray(5))).toBe(true);
  });

  test('other bytes than declared never stand under the digest, nor replace the right ones', async () => {
    const bytes = randomBytes(300_000);
    const flipped = Buffer.from(bytes);
    flipped[299_999] = (flipped[299_999] ?? 0) ^ 1;
    const files = open();
    const wrong = [flipped, bytes.subarray(1), Buffer.concat([bytes, Buffer.from('x')])];
    for (const content of wrong)
      await expect(files.keep(inChunks(content), declare(bytes))).rejects.toMatchObject({ name: 'ProblemError' });
    async function* cutOff() {
      yield bytes.subarray(0, 1000);
      throw new Error('aborted');
    }
    await expect(files.keep(cutOff(), declare(bytes))).rejects.toMatchObject({ problem: 'invalid-request' });
    expect(await files.size(sha256(bytes))).toBeNull();
    expect(existsSync(place.pathOf(sha256(bytes)))).toBe(false);
    await files.keep(inChunks(bytes), declare(bytes));
    await expect(files.keep(inChunks(flipped), declare(bytes))).rejects.toMatchObject({ problem: 'digest-mismatch' });
    expect(await open().isSound(sha256(bytes))).toBe(true);
    expect(readdirSync(incoming())).toEqual([]);
  });

  test('a flipped bit is found, before and after a first reading, and mended by the right bytes', async () => {
    const { files, bytes, digest } = await kept();
    expect(await files.isSound(digest)).toBe(true);
    const damaged = readFileSync(place.pathOf(digest));
    damaged[block + 7] = (damaged[block + 7] ?? 0) ^ 0x10;
    writeFileSync(place.pathOf(digest), damaged);
    // The first block is sound and may go out; the second may not.
    const reading = files.read(digest, 0, bytes.length - 1);
    expect((await reading.next()).value?.length).toBe(block);
    await expect(reading.next()).rejects.toBeInstanceOf(DamagedFile);
    expect(await files.isSound(digest)).toBe(false);
    expect(await open().isSound(digest)).toBe(false);
    await files.keep(inChunks(bytes), declare(bytes));
    expect(await files.isSound(digest)).toBe(true);
  });

  test('a file that became shorter is found', async () => {
    const { files, bytes, digest } = await kept();
    expect(await files.isSound(digest)).toBe(true);
    truncateSync(place.pathOf(digest), block);
    await expect(bytesOf(files.read(digest, 0, bytes.length - 1))).rejects.toBeInstanceOf(DamagedFile);
    expect(await open().isSound(digest)).toBe(false);
  });

  test('what is not there has no size, cannot be read, and is removed without harm', async () => {
    const { files, digest } = await kept(10);
    await files.remove(digest);
    await files.remove(digest);
    expect(await files.size(digest)).toBeNull();
    await expect(files.isSound(digest)).rejects.toBeInstanceOf(MissingFile);
  });

  test('a name that is no digest reaches no path', async () => {
    await expect(open().size('../secret')).rejects.toThrow('Not a SHA-256');
  });
});
