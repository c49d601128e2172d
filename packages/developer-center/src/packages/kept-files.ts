/**
 * Where the bytes of package files are kept, by their SHA-256 in hex. What is put there was checked before; what is read is checked
 * after (`FileStore`).
 */
export interface KeptFiles {
  /** Takes a whole file from this machine's disk; it stands under its digest whole or not at all. The source may be gone afterwards. */
  put(sha256: string, size: number, path: string): Promise<void>;
  /** Size in bytes, or `null` when there is no such file. */
  size(sha256: string): Promise<number | null>;
  /**
   * The bytes from `start` on; to `end`, which is included, or to the last.
   * @throws MissingFile
   */
  read(sha256: string, start: number, end?: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Removes a file; harmless when it is not there. */
  remove(sha256: string): Promise<void>;
  /** Whether files can be kept and read now. Rejects when not. */
  check(): Promise<void>;
}

/** There is no file of this digest. */
export class MissingFile extends Error {
  override readonly name = 'MissingFile';
  constructor(sha256: string) {
    super(`The package file ${sha256} is not there. Upload it again.`);
  }
}

/** The place of files does not answer, or refuses. The message names no credential. */
export class FilesUnavailable extends Error {
  override readonly name = 'FilesUnavailable';
}

/** The digest, made sure of: it becomes part of a path. */
export function checkedDigest(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new TypeError('Not a SHA-256 in hex.');
  return sha256;
}
