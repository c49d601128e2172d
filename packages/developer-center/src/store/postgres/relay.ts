import { Client } from 'pg';
import type { Clock } from '../../clock.ts';
import type { Relay } from '../store.ts';
import { connectionOf, type Database } from './database.ts';

const channel = 'otaplan';
const againMs = 1000;

/**
 * Hints between replicas, by NOTIFY outside every transaction. A hint may be lost, and nothing is wrong then: whoever gets one reads
 * the state again, and `missed` says when some may have been lost.
 */
export class PostgresRelay implements Relay {
  readonly #url: string;
  readonly #db: Database;
  readonly #owner: string;
  readonly #clock: Clock;
  #client: Client | null = null;
  #closed = false;

  constructor(url: string, db: Database, owner: string, clock: Clock) {
    this.#url = url;
    this.#db = db;
    this.#owner = owner;
    this.#clock = clock;
  }

  tell(hint: string): void {
    if (this.#closed) return;
    const payload = JSON.stringify({ owner: this.#owner, hint });
    this.#db.run(`SELECT pg_notify('${channel}', $1)`, payload).catch(() => {
      // Others find out when they read again.
    });
  }

  async hear(listener: (hint: string) => void, missed: () => void): Promise<void> {
    await this.#listen(listener, missed);
  }

  /** @returns whether it hears now; else it tries again by itself */
  async #listen(listener: (hint: string) => void, missed: () => void): Promise<boolean> {
    if (this.#closed) return false;
    const client = new Client(connectionOf(this.#url));
    let over = false;
    const again = () => {
      if (over || this.#closed) return;
      over = true;
      client.end().catch(() => {});
      this.#clock.after(againMs, () => {
        this.#listen(listener, missed).then(
          (hears) => hears && missed(),
          () => {},
        );
      });
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload }) => {
      const parsed = payload === undefined ? null : parse(payload);
      if (parsed && parsed.owner !== this.#owner) listener(parsed.hint);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.#client = client;
      return true;
    } catch {
      again();
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => {});
  }
}

function parse(payload: string): { owner: string; hint: string } | null {
  try {
    const value = JSON.parse(payload) as unknown;
    if (typeof value !== 'object' || value === null || !('owner' in value) || !('hint' in value)) return null;
    const { owner, hint } = value;
    return typeof owner === 'string' && typeof hint === 'string' ? { owner, hint } : null;
  } catch {
    return null;
  }
}
