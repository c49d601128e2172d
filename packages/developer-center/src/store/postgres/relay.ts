import { Client } from 'pg';
import type { Clock } from '../../clock.ts';
import type { Relay } from '../store.ts';
import { connectionOf, type Database } from './database.ts';

const channel = 'otaplan';
/** At most ten notifications a second. */
const gatherMs = 100;
const againMs = 1000;
/** PostgreSQL takes less than 8000 bytes in one. */
const mostBytes = 7500;

/**
 * Hints between replicas, by NOTIFY outside every transaction. A hint may be lost, and nothing is wrong then: whoever gets one reads
 * the state again, and `missed` says when some may have been lost.
 */
export class PostgresRelay implements Relay {
  readonly #url: string;
  readonly #db: Database;
  readonly #owner: string;
  readonly #clock: Clock;
  readonly #gathered = new Set<string>();
  #callOff: (() => void) | null = null;
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
    this.#gathered.add(hint);
    this.#callOff ??= this.#clock.after(gatherMs, () => {
      this.#callOff = null;
      this.#send();
    });
  }

  async hear(listener: (hint: string) => void, missed: () => void): Promise<void> {
    if (this.#closed) return;
    const client = new Client(connectionOf(this.#url));
    let over = false;
    const again = () => {
      if (over || this.#closed) return;
      over = true;
      client.end().catch(() => {});
      this.#clock.after(againMs, () => void this.hear(listener, missed).then(missed, () => {}));
    };
    client.on('error', again);
    client.on('end', again);
    client.on('notification', ({ payload }) => {
      const parsed = payload === undefined ? null : parse(payload);
      if (parsed && parsed.owner !== this.#owner) for (const hint of parsed.hints) listener(hint);
    });
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      this.#client = client;
    } catch {
      again();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#callOff?.();
    await this.#client?.end().catch(() => {});
  }

  #send(): void {
    let hints: string[] = [];
    let bytes = 0;
    const flush = () => {
      if (hints.length === 0) return;
      const payload = JSON.stringify({ owner: this.#owner, hints });
      this.#db.run(`SELECT pg_notify('${channel}', $1)`, payload).catch(() => {
        // Others find out when they read again.
      });
      hints = [];
      bytes = 0;
    };
    for (const hint of this.#gathered) {
      const size = Buffer.byteLength(JSON.stringify(hint)) + 1;
      if (bytes + size > mostBytes - 100) flush();
      hints.push(hint);
      bytes += size;
    }
    this.#gathered.clear();
    flush();
  }
}

function parse(payload: string): { owner: string; hints: string[] } | null {
  try {
    const value = JSON.parse(payload) as unknown;
    if (typeof value !== 'object' || value === null || !('owner' in value) || !('hints' in value)) return null;
    const { owner, hints } = value;
    if (typeof owner !== 'string' || !Array.isArray(hints)) return null;
    return { owner, hints: hints.filter((hint) => typeof hint === 'string') };
  } catch {
    return null;
  }
}
