import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ReplyOf, uploadPackageFile } from '@otaplan/api';
import { ClientError } from './failures.ts';
import type { Wire } from './wire.ts';

/** A package file on this machine. */
export interface LocalFile {
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** Size and digest of a file, read in a stream. Throws a {@link ClientError} (`file`) when it cannot be read. */
export async function describeFile(path: string, name: string, signal?: AbortSignal): Promise<LocalFile> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, signal ? { signal } : {})) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  } catch (error) {
    if (signal?.aborted) throw new ClientError({ kind: 'cancelled' });
    throw new ClientError({ kind: 'file', path, detail: reason(error) });
  }
  return { name, path, size, sha256: hash.digest('hex') };
}

/**
 * Uploads one declared file of a package, streamed from disk; repeated from its beginning when the connection breaks. The digest is
 * computed as it is read: a file that was swapped after it was checked does not go through.
 * @param onProgress told how many bytes of this attempt have been handed to the network
 */
export async function uploadFile(
  wire: Wire,
  packageId: string,
  file: LocalFile,
  options: { signal?: AbortSignal | undefined; onProgress?: ((bytes: number) => void) | undefined } = {},
): Promise<ReplyOf<typeof uploadPackageFile>> {
  const changed = { at: false };
  // A file that changed does not get better by sending it again.
  const giveUp = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, giveUp.signal]) : giveUp.signal;
  async function* open() {
    const hash = createHash('sha256');
    let sent = 0;
    let held: Buffer | null = null;
    // One chunk is held back until the digest of the whole is known: a wrong file is never complete at the server.
    for await (const chunk of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
      hash.update(chunk as Buffer);
      if (held) {
        sent += held.length;
        yield held;
        options.onProgress?.(sent);
      }
      held = chunk as Buffer;
      if (sent + held.length > file.size) break;
    }
    const whole = sent + (held?.length ?? 0);
    if (whole !== file.size || hash.digest('hex') !== file.sha256) {
      changed.at = true;
      giveUp.abort();
      throw new Error('changed');
    }
    if (held) yield held;
    options.onProgress?.(whole);
  }
  try {
    const { size } = await stat(file.path);
    if (size !== file.size) changed.at = true;
    else {
      return await wire.call(uploadPackageFile, {
        params: { packageId, fileName: file.name },
        bytes: { size: file.size, open },
        signal,
      });
    }
  } catch (error) {
    // Whether its last bytes arrived changes nothing for anybody: the package is declared, and sending a file again is harmless.
    if (options.signal?.aborted) throw new ClientError({ kind: 'cancelled' });
    if (!(changed.at || !(error instanceof ClientError))) throw error;
    if (!changed.at) throw new ClientError({ kind: 'file', path: file.path, detail: reason(error) });
  }
  throw new ClientError({ kind: 'file', path: file.path, detail: 'it was changed after it was checked. Run again.' });
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such file.';
  if (code === 'EACCES') return 'it may not be read.';
  return error instanceof Error ? `${error.message}.` : 'it cannot be read.';
}
