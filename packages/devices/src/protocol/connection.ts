import { PlanMessage, ReportsReply, readDevicePlan, sendReports } from '@otaplan/api';
import type { Dispatcher } from 'undici';
import type { z } from 'zod';
import { ExchangeFailure, failureOf, parseReply, retryAfter } from './failure.ts';

/** Where a device sends its requests. They may be one dispatcher; apart, waiting reads do not hold up reports. */
export interface Dispatchers {
  /** Reports and reads that answer at once. */
  readonly exchange: Dispatcher;
  /** Long polls: one is open for each waiting device. */
  readonly poll: Dispatcher;
}

export interface DeviceIdentity {
  readonly productKey: string;
  readonly deviceKey: string;
  readonly secret: string;
}

/** The plan as it was read: `message` is `null` when it is still the one with the given tag. */
export interface PlanReading {
  readonly message: PlanMessage | null;
  /** Give it to the next read. */
  readonly etag: string | null;
}

export type Reply<S extends z.ZodType> = z.output<S>;

/**
 * The two exchanges of the device protocol, over whichever transport: each succeeds, or throws an `ExchangeFailure` that says whether
 * and when to try again.
 */
export interface DeviceLine {
  /**
   * Sends reports, at most 500. Once this returns they are kept for good and must not be sent again, also those that
   * were ignored. When it throws, send the very same ones again, with the same ids.
   */
  sendReports(reports: readonly unknown[]): Promise<Reply<typeof ReportsReply>>;
  /**
   * Reads the plan message.
   * @param etag of the message the device has; `null` asks for it whatever it is
   * @param waitSeconds how long to wait until something changes; 0 answers at once
   */
  readPlan(etag: string | null, waitSeconds: number): Promise<PlanReading>;
  close(): Promise<void>;
}

/** No honest reply is longer; a longer one is not read to its end. */
const mostReplyBytes = 1024 * 1024;

/** The device's side of the device protocol over HTTP. It keeps no state but who the device is. */
export class HttpConnection implements DeviceLine {
  readonly #dispatchers: Dispatchers;
  readonly #origin: string;
  readonly #paths: { readonly reports: string; readonly plan: string };
  readonly #authorization: string;
  readonly #now: () => number;

  /** @param serverUrl address of Developer Center, `http(s)://host[:port][/prefix]` */
  constructor(serverUrl: string, identity: DeviceIdentity, dispatchers: Dispatchers, now: () => number) {
    const url = new URL(serverUrl);
    this.#origin = url.origin;
    const prefix = url.pathname.replace(/\/+$/, '');
    const fill = (path: string) =>
      prefix + path.replace('{productKey}', identity.productKey).replace('{deviceKey}', identity.deviceKey);
    this.#paths = { reports: fill(sendReports.path), plan: fill(readDevicePlan.path) };
    this.#authorization = `Device ${identity.secret}`;
    this.#dispatchers = dispatchers;
    this.#now = now;
  }

  async sendReports(reports: readonly unknown[]): Promise<Reply<typeof ReportsReply>> {
    const { status, headers, text } = await this.#exchange(this.#dispatchers.exchange, {
      origin: this.#origin,
      path: this.#paths.reports,
      method: 'POST',
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ reports }),
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    });
    if (status !== 200) throw failureOf(status, retryAfter(headers['retry-after'], this.#now()));
    return parseReply(ReportsReply, text);
  }

  async readPlan(etag: string | null, waitSeconds: number): Promise<PlanReading> {
    const headers: Record<string, string> = { authorization: this.#authorization };
    if (etag !== null) headers['if-none-match'] = etag;
    if (waitSeconds > 0) headers['prefer'] = `wait=${waitSeconds}`;
    const reply = await this.#exchange(waitSeconds > 0 ? this.#dispatchers.poll : this.#dispatchers.exchange, {
      origin: this.#origin,
      path: this.#paths.plan,
      method: 'GET',
      headers,
      // A held answer is late on purpose; longer than this it is a lost one.
      headersTimeout: (waitSeconds + 30) * 1000,
      bodyTimeout: 30_000,
    });
    if (reply.status === 304) return { message: null, etag };
    if (reply.status !== 200) throw failureOf(reply.status, retryAfter(reply.headers['retry-after'], this.#now()));
    const tag = reply.headers['etag'];
    return { message: parseReply(PlanMessage, reply.text), etag: typeof tag === 'string' ? tag : null };
  }

  /** The sockets belong to whoever gave the dispatchers. */
  async close(): Promise<void> {}

  async #exchange(dispatcher: Dispatcher, options: Dispatcher.RequestOptions) {
    try {
      const reply = await dispatcher.request(options);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of reply.body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > mostReplyBytes) throw new ExchangeFailure('garbage', 'The reply is longer than any reply can be.');
        chunks.push(chunk);
      }
      return { status: reply.statusCode, headers: reply.headers, text: Buffer.concat(chunks).toString('utf8') };
    } catch (error) {
      if (error instanceof ExchangeFailure) throw error;
      throw new ExchangeFailure('unreachable', error instanceof Error ? error.message : String(error));
    }
  }
}
