import type { AccessKey, AccountStore, IdempotencyClaim, KeptReply } from '../accounts.ts';
import { accessKeyOf } from '../rows/access-key.ts';
import { claimOf } from '../rows/idempotency.ts';
import type { Database } from './database.ts';
import { livingOwners } from './replica.ts';

const columns = 'key, role, secret, name, created_at';

/** Access keys and idempotency records in PostgreSQL. A claim belongs to a replica, and is free when that is gone. */
export class PostgresAccounts implements AccountStore {
  readonly #db: Database;
  readonly #owner: string;

  constructor(db: Database, owner: string) {
    this.#db = db;
    this.#owner = owner;
  }

  async putAccessKey({ key, role, secret, name, createdAt }: AccessKey): Promise<void> {
    await this.#db.run(
      `INSERT INTO access_key (${columns}) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (key) DO UPDATE SET role = excluded.role, secret = excluded.secret, name = excluded.name`,
      key,
      role,
      secret,
      name,
      createdAt,
    );
  }

  async findAccessKey(key: string): Promise<AccessKey | null> {
    const row = await this.#db.get(`SELECT ${columns} FROM access_key WHERE key = $1`, key);
    return row ? accessKeyOf(row) : null;
  }

  async listAccessKeys(): Promise<AccessKey[]> {
    return (await this.#db.all(`SELECT ${columns} FROM access_key ORDER BY key COLLATE "C"`)).map(accessKeyOf);
  }

  async deleteAccessKey(key: string): Promise<void> {
    await this.#db.run('DELETE FROM access_key WHERE key = $1', key);
  }

  claimIdempotencyKey(
    who: string,
    key: string,
    fingerprint: string,
    now: number,
    staleAfterMs: number,
  ): Promise<IdempotencyClaim> {
    return this.#db.repeatable(async (queries): Promise<IdempotencyClaim> => {
      const claimed = await queries.run(
        `INSERT INTO idempotency (who, key, fingerprint, created_at, owner) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (who, key) DO NOTHING`,
        who,
        key,
        fingerprint,
        now,
        this.#owner,
      );
      if (claimed === 1) return { kind: 'claimed', again: false };
      const row = await queries.get(
        `SELECT fingerprint, created_at, status, headers, body, owner IN (${livingOwners}) AS held FROM idempotency
         WHERE who = $1 AND key = $2 FOR UPDATE`,
        who,
        key,
      );
      // It was given up between the two statements: the caller sends it again.
      if (!row) return { kind: 'inProgress' };
      const claim = claimOf(row, fingerprint, now, staleAfterMs, row['held'] === true);
      if (claim.kind === 'claimed') {
        const take = 'UPDATE idempotency SET created_at = $3, owner = $4 WHERE who = $1 AND key = $2';
        await queries.run(take, who, key, now, this.#owner);
      }
      return claim;
    });
  }

  async keepReply(who: string, key: string, { status, headers, body }: KeptReply): Promise<void> {
    const sql = 'UPDATE idempotency SET status = $3, headers = $4, body = $5 WHERE who = $1 AND key = $2';
    await this.#db.run(sql, who, key, status, headers, body);
  }

  async abandonIdempotencyKey(who: string, key: string): Promise<void> {
    await this.#db.run('DELETE FROM idempotency WHERE who = $1 AND key = $2 AND status IS NULL', who, key);
  }

  /** Claims of replicas that are gone are free by themselves; those of others are theirs. */
  async releaseClaims(): Promise<void> {}

  async sweepIdempotencyKeys(before: number): Promise<void> {
    await this.#db.run('DELETE FROM idempotency WHERE created_at < $1', before);
  }
}
