import { createHmac, timingSafeEqual } from 'node:crypto';

/** Addresses change this often; each is good for one to two of these. Even, so that a device's message stays the same in between. */
const validityMs = 60 * 60 * 1000;

/** What an address opens. */
export interface Grant {
  readonly sha256: string;
  readonly size: number;
}

/** Makes and reads the tokens of download addresses: which bytes, until when, signed (HMAC-SHA-256). Nothing is stored. */
export class DownloadTokens {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * @param holder the device that it is made for: two devices get two addresses
   * @param now milliseconds since the epoch
   */
  make(grant: Grant, holder: string, now: number): string {
    const until = (Math.floor(now / validityMs) + 2) * validityMs;
    const content = [grant.sha256, grant.size.toString(36), until.toString(36), this.#tag(holder)].join('.');
    return `${content}.${this.#sign(content)}`;
  }

  /** What a token opens now; `null`: it is none of ours, or over. */
  read(token: string, now: number): Grant | null {
    const cut = token.lastIndexOf('.');
    const content = token.slice(0, Math.max(0, cut));
    const given = Buffer.from(token.slice(cut + 1));
    const expected = Buffer.from(this.#sign(content));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const [sha256 = '', size = '', until = ''] = content.split('.');
    return Number.parseInt(until, 36) > now ? { sha256, size: Number.parseInt(size, 36) } : null;
  }

  /** The holder's name in an address that may be logged elsewhere: told apart, not told. */
  #tag(holder: string): string {
    return this.#sign(`holder ${holder}`).slice(0, 12);
  }

  #sign(content: string): string {
    return createHmac('sha256', this.#key).update(content).digest('base64url');
  }
}
