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

const columns = 'key, account, role, secret, name, created_at, expires_at, used_at';

const owner: Readonly<Record<Owned, string>> = {
  plan: 'SELECT account FROM plan WHERE id = ?',
  package: 'SELECT account FROM package WHERE id = ?',
  product: 'SELECT account FROM product WHERE key = ?',
};

/** A key of an account that is not closed. */
const openKey = `SELECT ${columns} FROM access_key WHERE key = ?
  AND NOT EXISTS (SELECT 1 FROM account WHERE id = access_key.account AND closed_at IS NOT NULL)`;

/** Accounts, access keys and idempotency records in SQLite. */
export class SqliteAccounts implements AccountStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  addAccount({ id, name, createdAt }: AccountRecord, first: AccessKey, audit: NewAudit): Promise<boolean> {
    return this.#db.write(() => {
      const sql = 'INSERT OR IGNORE INTO account (id, name, name_identity, created_at) VALUES (?, ?, ?, ?)';
      if (this.#db.run(sql, id, name, nameIdentity(name), createdAt).changes === 0) return false;
      this.#put(first);
      appendAudit(this.#db, audit);
      return true;
    });
  }

  async listAccounts(): Promise<AccountRecord[]> {
    return this.#db.read(() => this.#db.all('SELECT * FROM account ORDER BY name_identity')).map(accountOf);
  }

  setAccountClosed(id: string, closedAt: number | null, audit: readonly NewAudit[]): Promise<AccountRecord | null> {
    return this.#db.write(() => {
      if (this.#db.run('UPDATE account SET closed_at = ? WHERE id = ?', closedAt, id).changes === 0) return null;
      for (const entry of audit) appendAudit(this.#db, entry);
      const row = this.#db.get('SELECT * FROM account WHERE id = ?', id);
      return row ? accountOf(row) : null;
    });
  }

  removeAccount(id: string, audit: NewAudit): Promise<void> {
    return this.#db.write(() => {
      if (this.#db.run('DELETE FROM account WHERE id = ?', id).changes === 0) return;
      for (const table of ['access_key', 'audit']) this.#db.run(`DELETE FROM ${table} WHERE account = ?`, id);
      appendAudit(this.#db, audit);
    });
  }

  async ownerOf(kind: Owned, id: string): Promise<string | null> {
    const row = this.#db.read(() => this.#db.get(owner[kind], id));
    return row ? String(row['account']) : null;
  }

  async findAccessKey(key: string): Promise<AccessKey | null> {
    const row = this.#db.read(() => this.#db.get(openKey, key));
    return row ? accessKeyOf(row) : null;
  }

  async listAccessKeys(account?: string): Promise<AccessKey[]> {
    return this.#db.read(() => this.#keys(account ?? null));
  }

  changeAccessKeys<T>(account: string, change: (keys: readonly AccessKey[]) => KeysChange<T>): Promise<T> {
    return this.#db.write(() => {
      const { put = [], remove = [], audit, result } = change(this.#keys(account));
      for (const key of put) this.#put(key);
      for (const key of remove) this.#db.run('DELETE FROM access_key WHERE key = ? AND account = ?', key, account);
      if (audit) appendAudit(this.#db, { account, ...audit });
      return result;
    });
  }

  accessKeyUsed(key: string, now: number): Promise<void> {
    return this.#db.write(() => void this.#db.run('UPDATE access_key SET used_at = ? WHERE key = ?', now, key));
  }

  #keys(account: string | null): AccessKey[] {
    const sql = `SELECT ${columns} FROM access_key WHERE ?1 IS NULL OR account = ?1 ORDER BY created_at, key`;
    return this.#db.all(sql, account).map(accessKeyOf);
  }

  #put({ key, account, role, secret, name, createdAt, expiresAt, usedAt }: AccessKey): void {
    this.#db.run(
      `INSERT INTO access_key (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET role = excluded.role, secret = excluded.secret, name = excluded.name,
       expires_at = excluded.expires_at`,
      key,
      account,
      role,
      secret,
      name,
      createdAt,
      expiresAt,
      usedAt,
    );
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
