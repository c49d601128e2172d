import { nameIdentity, type Plan } from '@otaplan/model';
import type { PackageFilter, PackageIdentity, PackageRecord, PackageStore, Page } from '../packages.ts';
import { needsPackage, packagesOf } from '../rows/package.ts';
import { below, pageOf } from '../rows/page.ts';
import type { Row } from '../rows/row.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { activated } from './tables.ts';

/** Version packages in SQLite. A full package has the empty text as its source version, so that the index makes it unique. */
export class SqlitePackages implements PackageStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  createPackage(record: PackageRecord, who: string): Promise<'created' | 'nameTaken' | 'exists'> {
    const source = record.sourceVersion ?? '';
    return this.#db.write(() => {
      const identity = nameIdentity(record.name);
      const taken = 'SELECT 1 FROM package WHERE account = ? AND name_identity = ?';
      if (this.#db.get(taken, record.account, identity)) return 'nameTaken';
      const same = 'SELECT 1 FROM package WHERE account = ? AND type = ? AND version = ? AND source_version = ?';
      if (this.#db.get(same, record.account, record.type, record.version, source)) return 'exists';
      const { id } = this.#db.run(
        `INSERT INTO package (account, id, name, name_identity, type, version, source_version, remarks, complete, verification, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        record.account,
        record.id,
        record.name,
        identity,
        record.type,
        record.version,
        source,
        record.remarks,
        Number(record.complete),
        record.verification,
        record.createdAt,
      );
      for (const [place, file] of record.files.entries()) {
        this.#db.run(
          'INSERT INTO package_file (package_row, place, name, size, sha256, md5, crc32) VALUES (?, ?, ?, ?, ?, ?, ?)',
          id,
          place,
          file.name,
          file.size,
          file.sha256,
          file.md5,
          file.crc32,
        );
      }
      appendAudit(this.#db, {
        account: record.account,
        time: record.createdAt,
        who,
        action: 'createPackage',
        subject: record.name,
        detail: record.version,
      });
      return 'created';
    });
  }

  async findPackage(id: string): Promise<PackageRecord | null> {
    return this.#db.read(() => this.#find(id));
  }

  async resolvePackages(account: string, wanted: readonly PackageIdentity[]): Promise<(PackageRecord | null)[]> {
    const sql = 'SELECT * FROM package WHERE account = ? AND type = ? AND version = ? AND source_version = ?';
    return this.#db.read(() =>
      wanted.map(({ type, version, sourceVersion }) => {
        const [record] = this.#records(this.#db.all(sql, account, type, version, sourceVersion ?? ''));
        return record ?? null;
      }),
    );
  }

  async listPackages(
    account: string,
    filter: PackageFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PackageRecord>> {
    return this.#db.read(() => {
      const rows = this.#db.all(
        `SELECT * FROM package WHERE row < ?1 AND (?2 IS NULL OR instr(name_identity, ?2) > 0) AND (?3 IS NULL OR type = ?3)
         AND (?4 IS NULL OR version = ?4) AND (?5 IS NULL OR source_version = ?5) AND account = ?7 ORDER BY row DESC LIMIT ?6`,
        below(cursor),
        filter.name === undefined ? null : nameIdentity(filter.name),
        filter.type ?? null,
        filter.version ?? null,
        filter.sourceVersion ?? null,
        limit + 1,
        account,
      );
      const page = pageOf(rows, limit, (row) => Number(row['row']));
      return { ...page, items: this.#records(page.items) };
    });
  }

  fileUploaded(
    packageId: string,
    fileName: string,
    digests: { md5: string; crc32: string },
    who: string,
    now: number,
  ): Promise<PackageRecord | null> {
    return this.#db.write(() => {
      const row = this.#db.get('SELECT row, account, name FROM package WHERE id = ?', packageId);
      if (!row) return null;
      const packageRow = Number(row['row']);
      const file = this.#db.get(
        'SELECT md5 FROM package_file WHERE package_row = ? AND name = ?',
        packageRow,
        fileName,
      );
      if (!file) return null;
      if (file['md5'] === null) {
        this.#db.run(
          'UPDATE package_file SET md5 = ?, crc32 = ? WHERE package_row = ? AND name = ?',
          digests.md5,
          digests.crc32,
          packageRow,
          fileName,
        );
        this.#db.run(
          `UPDATE package SET complete = NOT EXISTS (SELECT 1 FROM package_file WHERE package_row = ?1 AND md5 IS NULL)
           WHERE row = ?1`,
          packageRow,
        );
        appendAudit(this.#db, {
          account: String(row['account']),
          time: now,
          who,
          action: 'uploadPackageFile',
          subject: String(row['name']),
          detail: fileName,
        });
      }
      return this.#find(packageId);
    });
  }

  setVerification(packageId: string, verification: PackageRecord['verification']): Promise<PackageRecord | null> {
    return this.#db.write(() => {
      this.#db.run('UPDATE package SET verification = ? WHERE id = ?', verification, packageId);
      return this.#find(packageId);
    });
  }

  deletePackage(id: string, who: string, now: number): ReturnType<PackageStore['deletePackage']> {
    return this.#db.write(() => {
      const record = this.#find(id);
      if (!record) return { kind: 'unknown' as const };
      const user = this.#db
        .all(`SELECT document FROM plan WHERE account = ? AND ${activated}`, record.account)
        .map(({ document }) => JSON.parse(String(document)) as Plan)
        .find((plan) => needsPackage(plan, record));
      if (user) return { kind: 'inUse' as const, planName: user.name };
      const row = Number(this.#db.get('SELECT row FROM package WHERE id = ?', id)?.['row']);
      this.#db.run('DELETE FROM package_file WHERE package_row = ?', row);
      this.#db.run('DELETE FROM package WHERE row = ?', row);
      appendAudit(this.#db, {
        account: record.account,
        time: now,
        who,
        action: 'deletePackage',
        subject: record.name,
        detail: record.version,
      });
      return { kind: 'deleted' as const, files: [...record.files] };
    });
  }

  async isFileDeclared(sha256: string): Promise<boolean> {
    return this.#db.read(() => this.#db.get('SELECT 1 FROM package_file WHERE sha256 = ?', sha256) !== undefined);
  }

  #find(id: string): PackageRecord | null {
    return this.#records(this.#db.all('SELECT * FROM package WHERE id = ?', id))[0] ?? null;
  }

  #records(rows: readonly Row[]): PackageRecord[] {
    const sql = 'SELECT * FROM package_file WHERE package_row = ? ORDER BY place';
    return packagesOf(
      rows,
      rows.flatMap((row) => this.#db.all(sql, Number(row['row']))),
    );
  }
}
