import type { AccessKey, AccountStore, IdempotencyClaim, KeptReply } from '../accounts.ts';
import { accessKeyOf } from '../rows/access-key.ts';
import { claimOf } from '../rows/idempotency.ts';
import type { Database } from './database.ts';

const columns = 'key, role, secret, name, created_at';

/** Access keys and idempotency records in SQLite. */
export class SqliteAccounts implements AccountStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  putAccessKey(key: AccessKey): Promise<void> {
    return this.#db.write(() => {
      this.#db.run(
        `INSERT INTO access_key (${columns}) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET role = excluded.role, secret = excluded.secret, name = excluded.name`,
        key.key,
        key.role,
        key.secret,
        key.name,
        key.createdAt,
      );
    });
  }

  async findAccessKey(key: string): Promise<AccessKey | null> {
    const row = this.#db.read(() => this.#db.get(`SELECT ${columns} FROM access_key WHERE key = ?`, key));
    return row ? accessKeyOf(row) : null;
  }

  async listAccessKeys(): Promise<AccessKey[]> {
    const rows = this.#db.read(() => this.#db.all(`SELECT ${columns} FROM access_key ORDER BY key`));
    return rows.map(accessKeyOf);
  }

  deleteAccessKey(key: string): Promise<void> {
    return this.#db.write(() => void this.#db.run('DELETE FROM access_key WHERE key = ?', key));
  }

  claimIdempotencyKey(
    who: string,
    key: string,
    fingerprint: string,
    now: number,
    staleAfterMs: number,
  ): Promise<IdempotencyClaim> {
    return this.#db.write((): IdempotencyClaim => {
      const row = this.#db.get('SELECT * FROM idempotency WHERE who = ? AND key = ?', who, key);
      if (!row) {
        this.#db.run(
          'INSERT INTO idempotency (who, key, fingerprint, created_at) VALUES (?, ?, ?, ?)',
          who,
          key,
          fingerprint,
          now,
        );
        return { kind: 'claimed', again: false };
      }
      const claim = claimOf(row, fingerprint, now, staleAfterMs, row['released'] === 0);
      if (claim.kind === 'claimed') {
        this.#db.run('UPDATE idempotency SET created_at = ?, released = 0 WHERE who = ? AND key = ?', now, who, key);
      }
      return claim;
    });
  }

  keepReply(who: string, key: string, reply: KeptReply): Promise<void> {
    return this.#db.write(() => {
      this.#db.run(
        'UPDATE idempotency SET status = ?, headers = ?, body = ? WHERE who = ? AND key = ?',
        reply.status,
        reply.headers,
        reply.body,
        who,
        key,
      );
    });
  }

  abandonIdempotencyKey(who: string, key: string): Promise<void> {
    return this.#db.write(
      () => void this.#db.run('DELETE FROM idempotency WHERE who = ? AND key = ? AND status IS NULL', who, key),
    );
  }

  releaseClaims(): Promise<void> {
    return this.#db.write(() => void this.#db.run('UPDATE idempotency SET released = 1 WHERE status IS NULL'));
  }

  sweepIdempotencyKeys(before: number): Promise<void> {
    return this.#db.write(() => void this.#db.run('DELETE FROM idempotency WHERE created_at < ?', before));
  }
}
