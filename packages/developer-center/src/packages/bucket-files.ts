import { createReadStream } from 'node:fs';
import { AwsV4Signer } from 'aws4fetch';
import type { Clock } from '../clock.ts';
import { StartError } from '../start-error.ts';
import { checkedDigest, FilesUnavailable, type KeptFiles, MissingFile } from './kept-files.ts';

/** What signs requests to an S3-compatible store. */
export interface BucketCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region?: string;
}

interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly path: string; readonly size: number; readonly sha256: string };
}

/** The start of an answer comes within this time, or the store counts as unreachable. */
const answerMs = 30_000;
/** SHA-256 of no bytes. */
const emptyDigest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Package files as objects of an S3-compatible store, one signed request each (Signature Version 4). A `PUT` is atomic there, and its
 * signature covers the SHA-256 of the bytes: what was altered on the way the store refuses.
 */
export class BucketFiles implements KeptFiles {
  readonly #base: string;
  readonly #credentials: BucketCredentials;
  readonly #clock: Clock;

  /** @param base address under which objects stand, `https://host/bucket/prefix` or `https://bucket.host/prefix` */
  constructor(base: string, credentials: BucketCredentials, clock: Clock) {
    this.#base = base.replace(/\/+$/, '');
    this.#credentials = credentials;
    this.#clock = clock;
  }

  /**
   * Asks for a file that is never there (none is empty): the store has to know the bucket and the credentials to say so.
   * @throws StartError when it does not answer, or refuses
   */
  async check(): Promise<void> {
    try {
      const answer = await this.#send('GET', emptyDigest);
      const text = await answer.text();
      if (answer.status === 404 && text.includes('NoSuchBucket'))
        throw new StartError('failed', `There is no such bucket at ${new URL(answer.url).host}. Make it first.`);
      if (answer.status !== 404) throw refused('GET', answer);
    } catch (error) {
      if (error instanceof FilesUnavailable) throw new StartError('failed', error.message, error);
      throw error;
    }
  }

  async put(sha256: string, size: number, path: string): Promise<void> {
    const answer = await this.#send('PUT', sha256, { body: { path, size, sha256 } });
    await answer.body?.cancel();
    if (!answer.ok) throw refused('PUT', answer);
  }

  async size(sha256: string): Promise<number | null> {
    const answer = await this.#send('HEAD', sha256);
    if (answer.status === 404) return null;
    const length = answer.headers.get('Content-Length');
    if (!answer.ok || length === null) throw refused('HEAD', answer);
    return Number(length);
  }

  async *read(sha256: string, start: number, end?: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const headers = start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ''}` };
    const answer = await this.#send('GET', sha256, { headers });
    // A store that does not know ranges answers 200 with all of it: that would be other bytes than those asked for.
    if (answer.status !== ('Range' in headers ? 206 : 200) || answer.body === null) {
      await answer.body?.cancel();
      throw answer.status === 404 ? new MissingFile(sha256) : refused('GET', answer);
    }
    const bytes: AsyncIterable<Uint8Array<ArrayBuffer>> = answer.body;
    try {
      yield* bytes;
    } catch (error) {
      throw new FilesUnavailable('The store of package files broke off in the middle of a file.', { cause: error });
    }
  }

  async remove(sha256: string): Promise<void> {
    const answer = await this.#send('DELETE', sha256);
    await answer.body?.cancel();
    if (!answer.ok && answer.status !== 404) throw refused('DELETE', answer);
  }

  /** A connection that was kept open may be closed by the store at this very moment; every request can be sent again. */
  async #send(method: string, sha256: string, sending: Sending = {}): Promise<Response> {
    try {
      return await this.#sendOnce(method, sha256, sending);
    } catch (error) {
      if (!(error instanceof FilesUnavailable)) throw error;
      return await this.#sendOnce(method, sha256, sending);
    }
  }

  async #sendOnce(method: string, sha256: string, { headers, body }: Sending): Promise<Response> {
    const signed = await new AwsV4Signer({
      ...this.#credentials,
      method,
      service: 's3',
      url: `${this.#base}/${checkedDigest(sha256).slice(0, 2)}/${sha256}`,
      headers: { ...headers, 'X-Amz-Content-Sha256': body?.sha256 ?? emptyDigest },
      datetime: new Date(this.#clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }).sign();
    if (body) signed.headers.set('Content-Length', String(body.size));
    const stopping = new AbortController();
    // How long an upload takes depends on the line: it is not cut off by the clock.
    const stop = body ? () => {} : this.#clock.after(answerMs, () => stopping.abort());
    try {
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        redirect: 'manual',
        signal: stopping.signal,
        ...(body ? { body: createReadStream(body.path), duplex: 'half' as const } : {}),
      });
    } catch (error) {
      throw new FilesUnavailable(`The store of package files at ${signed.url.host} does not answer.`, { cause: error });
    } finally {
      stop();
    }
  }
}

function refused(method: string, { status, url }: Response): FilesUnavailable {
  const what = `The store of package files at ${new URL(url).host} answers ${method} with ${status}.`;
  if (status === 401 || status === 403)
    return new FilesUnavailable(
      `${what} Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, and that they may get, put and delete objects and list the bucket.`,
    );
  if (status >= 300 && status < 400) return new FilesUnavailable(`${what} Check the host and AWS_REGION.`);
  return new FilesUnavailable(what);
}
