import type { Dispatcher } from 'undici';
import { type DownloadedFile, RunningDigests } from './digests.ts';
import { DownloadRefused, ExchangeFailure, isNotUnderstood, retryAfter } from './failure.ts';

/** Bytes asked for by one range request. */
export const rangeBytes = 256 * 1024;

/**
 * A file on its way to the device. It is fetched range by range; an interruption loses at most what was under way, and
 * `resume` goes on behind the last byte that came. Addresses grow old: the same download goes on at a new one.
 */
export class Download {
  readonly #dispatcher: Dispatcher;
  readonly #now: () => number;
  readonly file: DownloadedFile;
  #digests = new RunningDigests();
  #entityTag: string | null = null;

  constructor(file: DownloadedFile, dispatcher: Dispatcher, now: () => number) {
    this.file = file;
    this.#dispatcher = dispatcher;
    this.#now = now;
  }

  /** Bytes that came so far. */
  get bytes(): number {
    return this.#digests.bytes;
  }

  get complete(): boolean {
    return this.#digests.bytes >= this.file.size;
  }

  /**
   * Fetches the next range.
   * @param url where the file is now, from the newest plan message
   * @param pass sees (and, in a simulated fault, may change or refuse) each piece before it counts
   * @throws {ExchangeFailure} `addressOver`: read the plan again; `unreachable`, `busy`: again after a pause
   * @throws {DownloadRefused} as `pass` threw it
   */
  async next(url: string, pass: (chunk: Buffer, offset: number) => Buffer = (chunk) => chunk): Promise<void> {
    const { origin, pathname, search } = new URL(url);
    const from = this.#digests.bytes;
    const to = Math.min(from + rangeBytes, this.file.size) - 1;
    // No Authorization: the address itself is the permission, and it may lead to another host.
    const headers: Record<string, string> = { range: `bytes=${from}-${to}` };
    if (this.#entityTag !== null && from > 0) headers['if-range'] = this.#entityTag;
    try {
      const options = { origin, path: pathname + search, method: 'GET', headers } as const;
      const reply = await this.#dispatcher.request({ ...options, headersTimeout: 30_000, bodyTimeout: 30_000 });
      const refusal = this.#refusal(reply, from);
      if (refusal !== null) {
        await reply.body.dump();
        throw refusal;
      }
      const tag = reply.headers['etag'];
      this.#entityTag = typeof tag === 'string' && !tag.startsWith('W/') ? tag : null;
      // 200: ranges are not served, or the file changed; it begins anew.
      if (reply.statusCode === 200 && from > 0) this.#digests = new RunningDigests();
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        this.#digests.update(pass(chunk, this.#digests.bytes));
        if (this.#digests.bytes > this.file.size) break;
      }
    } catch (error) {
      if (error instanceof ExchangeFailure || error instanceof DownloadRefused) throw error;
      throw new ExchangeFailure('unreachable', error instanceof Error ? error.message : String(error));
    }
  }

  /** What is wrong with the whole file, `null` when it is what the plan message says. Ends this download. */
  differs(): string | null {
    return this.#digests.differs(this.file);
  }

  #refusal({ statusCode, headers }: Dispatcher.ResponseData, from: number): ExchangeFailure | null {
    switch (statusCode) {
      case 200:
        return null;
      case 206: {
        const range = headers['content-range'];
        const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(typeof range === 'string' ? range : '') ?? [];
        if (total !== undefined && total !== '*' && Number(total) !== this.file.size) {
          const { name, size } = this.file;
          return new ExchangeFailure('notUnderstood', `Size of ${name} is ${total}, expected ${size}`);
        }
        if (start !== undefined && Number(start) === from) return null;
        return new ExchangeFailure('garbage', 'The file server sent another range than the one asked for.');
      }
      case 401:
      case 403:
      case 404:
      case 410:
        return new ExchangeFailure('addressOver', `The download address is over (${statusCode}).`);
      case 416:
        return new ExchangeFailure('notUnderstood', `The file server has no byte ${from} of ${this.file.name}`);
      default: {
        const again = statusCode === 429 || statusCode >= 500 ? 'busy' : 'garbage';
        const kind = isNotUnderstood(statusCode) ? 'notUnderstood' : again;
        const wait = retryAfter(headers['retry-after'], this.#now());
        return new ExchangeFailure(kind, `The file server answered ${statusCode}`, wait);
      }
    }
  }
}
