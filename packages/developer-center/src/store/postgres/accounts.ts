import { nameIdentity } from '@otaplan/model';
import type {
  AccessKey,
  AccountRecord,
  AccountStore,
  IdempotencyClaim,
  KeptReply,
  KeysChange,
  Owned,
} from '../accounts.ts';
import type { NewAudit } from '../registry.ts';
import { accessKeyOf } from '../rows/access-key.ts';
import { accountOf } from '../rows/account.ts';
import { claimOf } from '../rows/idempotency.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import type { Queries } from './queries.ts';
import { livingOwners } from './replica.ts';

const columns = 'key, account, role, secret, name, created_at, expires_at, used_at';

const owner: Readonly<Record<Owned, string>> = {
  plan: 'SELECT account FROM plan WHERE id = $1',
  package: 'SELECT account FROM package WHERE id = $1',
  product: 'SELECT account FROM product WHERE key = $1',
};

/** A key of an account that is not closed. */
const openKey = `SELECT ${columns} FROM access_key WHERE key = $1
  AND NOT EXISTS (SELECT 1 FROM account WHERE id = access_key.account AND closed_at IS NOT NULL)`;

/** Accounts, access keys and idempotency records in PostgreSQL. A claim belongs to a replica, and is free when that is gone. */
export class PostgresAccounts implements AccountStore {
  readonly #db: Database;
  readonly #owner: string;

  constructor(db: Database, owner: string) {
    this.#db = db;
    this.#owner = owner;
  }

  addAccount({ id, name, createdAt }: AccountRecord, first: AccessKey, audit: NewAudit): Promise<boolean> {
    return this.#db.transaction(async (queries) => {
      const sql =
        'INSERT INTO account (id, name, name_identity, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING';
      if ((await queries.run(sql, id, name, nameIdentity(name), createdAt)) === 0) return false;
      await put(queries, first);
      await appendAudit(queries, audit);
      return true;
    });
  }

  async listAccounts(): Promise<AccountRecord[]> {
    const rows = await this.#db.all('SELECT * FROM account ORDER BY name_identity COLLATE "C"');
    return rows.map(accountOf);
  }

  setAccountClosed(id: string, closedAt: number | null, audit: readonly NewAudit[]): Promise<AccountRecord | null> {
    return this.#db.transaction(async (queries) => {
      const row = await queries.get('UPDATE account SET closed_at = $2 WHERE id = $1 RETURNING *', id, closedAt);
      if (!row) return null;
      for (const entry of audit) await appendAudit(queries, entry);
      return accountOf(row);
    });
  }

  removeAccount(id: string, audit: NewAudit): Promise<void> {
    return this.#db.transaction(async (queries) => {
      if ((await queries.run('DELETE FROM account WHERE id = $1', id)) === 0) return;
      for (const table of ['access_key', 'audit']) await queries.run(`DELETE FROM ${table} WHERE account = $1`, id);
      await appendAudit(queries, audit);
    });
  }

  async ownerOf(kind: Owned, id: string): Promise<string | null> {
    const row = await this.#db.get(owner[kind], id);
    return row ? String(row['account']) : null;
  }

  async findAccessKey(key: string): Promise<AccessKey | null> {
    const row = await this.#db.get(openKey, key);
    return row ? accessKeyOf(row) : null;
  }

  listAccessKeys(account?: string): Promise<AccessKey[]> {
    return keysOf(this.#db, account ?? null);
  }

  changeAccessKeys<T>(account: string, change: (keys: readonly AccessKey[]) => KeysChange<T>): Promise<T> {
    return this.#db.repeatable(async (queries) => {
      // The account's row is the lock: the last owner key is not taken away by two at once.
      await queries.get('SELECT id FROM account WHERE id = $1 FOR UPDATE', account);
      const made = change(await keysOf(queries, account));
      for (const key of made.put ?? []) await put(queries, key);
      const gone = made.remove ?? [];
      await queries.run('DELETE FROM access_key WHERE account = $1 AND key = ANY($2::text[])', account, gone);
      if (made.audit) await appendAudit(queries, { account, ...made.audit });
      return made.result;
    });
  }

  async accessKeyUsed(key: string, now: number): Promise<void> {
    await this.#db.run('UPDATE access_key SET used_at = $2 WHERE key = $1', key, now);
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

async function keysOf(queries: Queries, account: string | null): Promise<AccessKey[]> {
  const sql = `SELECT ${columns} FROM access_key WHERE $1::text IS NULL OR account = $1 ORDER BY created_at, key COLLATE "C"`;
  return (await queries.all(sql, account)).map(accessKeyOf);
}

async function put(queries: Queries, key: AccessKey): Promise<void> {
  await queries.run(
    `INSERT INTO access_key (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (key) DO UPDATE SET role = excluded.role, secret = excluded.secret, name = excluded.name,
     expires_at = excluded.expires_at`,
    key.key,
    key.account,
    key.role,
    key.secret,
    key.name,
    key.createdAt,
    key.expiresAt,
    key.usedAt,
  );
}
