import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DeviceFile } from '@otaplan/api';
import type { z } from 'zod';

export type DownloadedFile = z.infer<typeof DeviceFile>;

/** Size, CRC-32, MD5 and SHA-256 of a file that comes in pieces; nothing of the file is kept. */
export class RunningDigests {
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash = createHash('sha256');
  #crc = 0;
  #bytes = 0;

  /** How many bytes came so far: where to go on after an interruption. */
  get bytes(): number {
    return this.#bytes;
  }

  update(chunk: Uint8Array): void {
    this.#md5.update(chunk);
    this.#sha256.update(chunk);
    this.#crc = crc32(chunk, this.#crc);
    this.#bytes += chunk.length;
  }

  /**
   * Ends the file and compares it with what the plan message says.
   * @returns what differs, as the cause to report; `null` when the file is what it should be
   */
  differs(file: DownloadedFile): string | null {
    if (this.#bytes !== file.size) return `Size of ${file.name} is ${this.#bytes}, expected ${file.size}`;
    // The cheap one first: it finds what transmission breaks; SHA-256 also finds what somebody put there.
    const crc = this.#crc.toString(16).padStart(8, '0');
    if (crc !== file.crc32.toLowerCase().padStart(8, '0')) return `CRC-32 of ${file.name} does not match`;
    if (this.#md5.digest('hex') !== file.md5.toLowerCase()) return `MD5 of ${file.name} does not match`;
    if (this.#sha256.digest('hex') !== file.sha256.toLowerCase()) return `SHA-256 of ${file.name} does not match`;
    return null;
  }
}
