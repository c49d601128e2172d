import { nameIdentity, type Plan } from '@otaplan/model';
import type { PackageFilter, PackageIdentity, PackageRecord, PackageStore, Page } from '../packages.ts';
import { needsPackage, packagesOf } from '../rows/package.ts';
import { below, pageOf } from '../rows/page.ts';
import type { Row } from '../rows/row.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { brokenConstraint } from './failures.ts';
import { activated } from './plan-row.ts';
import { prepared, type Queries } from './queries.ts';

/** Version packages in PostgreSQL. A full package has the empty text as its source version, so that the index makes it unique. */
export class PostgresPackages implements PackageStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async createPackage(record: PackageRecord, who: string): Promise<'created' | 'nameTaken' | 'exists'> {
    try {
      return await this.#db.transaction(async (queries): Promise<'created'> => {
        const row = await queries.get(
          `INSERT INTO package (id, name, name_identity, type, version, source_version, remarks, complete, verification, created_at,
           account) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING row`,
          record.id,
          record.name,
          nameIdentity(record.name),
          record.type,
          record.version,
          record.sourceVersion ?? '',
          record.remarks,
          record.complete,
          record.verification,
          record.createdAt,
          record.account,
        );
        const { files } = record;
        await queries.run(
          `INSERT INTO package_file (package_row, place, name, size, sha256, md5, crc32)
           SELECT $1::bigint, * FROM unnest($2::int[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[])`,
          Number(row?.['row']),
          files.map((_, place) => place),
          files.map((file) => file.name),
          files.map((file) => file.size),
          files.map((file) => file.sha256),
          files.map((file) => file.md5),
          files.map((file) => file.crc32),
        );
        const { account, createdAt: time, name: subject, version: detail } = record;
        await appendAudit(queries, { account, time, who, action: 'createPackage', subject, detail });
        return 'created';
      });
    } catch (error) {
      const constraint = brokenConstraint(error instanceof Error ? error.cause : error);
      if (constraint === null) throw error;
      return constraint === 'package_name' ? 'nameTaken' : 'exists';
    }
  }

  async findPackage(id: string): Promise<PackageRecord | null> {
    const [record] = await recordsOf(this.#db, await this.#db.all('SELECT * FROM package WHERE id = $1', id));
    return record ?? null;
  }

  async resolvePackages(account: string, wanted: readonly PackageIdentity[]): Promise<(PackageRecord | null)[]> {
    const rows = await this.#db.all(
      resolve,
      account,
      wanted.map(({ type }) => type),
      wanted.map(({ version }) => version),
      wanted.map(({ sourceVersion }) => sourceVersion ?? ''),
    );
    return rows.map((row) => {
      if (row['row'] === null) return null;
      // Made by json_agg, or NULL where a package has no files.
      const [record] = packagesOf([row], (row['files'] ?? []) as Row[]);
      return record ?? null;
    });
  }

  async listPackages(
    account: string,
    filter: PackageFilter,
    limit: number,
    cursor: string | null,
  ): Promise<Page<PackageRecord>> {
    const rows = await this.#db.all(
      `SELECT * FROM package WHERE row < $1 AND ($2::text IS NULL OR strpos(name_identity, $2) > 0)
       AND ($3::text IS NULL OR type = $3) AND ($4::text IS NULL OR version = $4) AND ($5::text IS NULL OR source_version = $5)
       AND account = $7 ORDER BY row DESC LIMIT $6`,
      below(cursor),
      filter.name === undefined ? null : nameIdentity(filter.name),
      filter.type ?? null,
      filter.version ?? null,
      filter.sourceVersion ?? null,
      limit + 1,
      account,
    );
    const page = pageOf(rows, limit, (row) => Number(row['row']));
    return { ...page, items: await recordsOf(this.#db, page.items) };
  }

  fileUploaded(
    packageId: string,
    fileName: string,
    { md5, crc32 }: { md5: string; crc32: string },
    who: string,
    now: number,
  ): Promise<PackageRecord | null> {
    return this.#db.transaction(async (queries) => {
      const row = await queries.get('SELECT row, account, name FROM package WHERE id = $1 FOR UPDATE', packageId);
      if (!row) return null;
      const packageRow = Number(row['row']);
      const kept = await queries.run(
        'UPDATE package_file SET md5 = $3, crc32 = $4 WHERE package_row = $1 AND name = $2 AND md5 IS NULL',
        packageRow,
        fileName,
        md5,
        crc32,
      );
      if (kept > 0) {
        await queries.run(
          `UPDATE package SET complete = NOT EXISTS (SELECT 1 FROM package_file WHERE package_row = $1 AND md5 IS NULL)
           WHERE row = $1`,
          packageRow,
        );
        const subject = String(row['name']);
        const account = String(row['account']);
        await appendAudit(queries, { account, time: now, who, action: 'uploadPackageFile', subject, detail: fileName });
      }
      const [record] = await recordsOf(queries, await queries.all('SELECT * FROM package WHERE row = $1', packageRow));
      return record?.files.some((file) => file.name === fileName) ? record : null;
    });
  }

  async setVerification(packageId: string, verification: PackageRecord['verification']): Promise<PackageRecord | null> {
    await this.#db.run('UPDATE package SET verification = $2 WHERE id = $1', packageId, verification);
    return this.findPackage(packageId);
  }

  deletePackage(id: string, who: string, now: number): ReturnType<PackageStore['deletePackage']> {
    return this.#db.transaction(async (queries) => {
      const [row] = await queries.all('SELECT * FROM package WHERE id = $1 FOR UPDATE', id);
      const [record] = row ? await recordsOf(queries, [row]) : [];
      if (!row || !record) return { kind: 'unknown' as const };
      const plans = await queries.all(`SELECT document FROM plan WHERE account = $1 AND ${activated}`, record.account);
      const user = plans
        .map(({ document }) => JSON.parse(String(document)) as Plan)
        .find((plan) => needsPackage(plan, record));
      if (user) return { kind: 'inUse' as const, planName: user.name };
      await queries.run('DELETE FROM package_file WHERE package_row = $1', Number(row['row']));
      await queries.run('DELETE FROM package WHERE row = $1', Number(row['row']));
      const { account, name: subject, version: detail } = record;
      await appendAudit(queries, { account, time: now, who, action: 'deletePackage', subject, detail });
      return { kind: 'deleted' as const, files: [...record.files] };
    });
  }

  async isFileDeclared(sha256: string): Promise<boolean> {
    return (await this.#db.get('SELECT 1 FROM package_file WHERE sha256 = $1 LIMIT 1', sha256)) !== undefined;
  }
}

/** With their files in the same row: every device that has a plan asks for this. */
const resolve = prepared(
  `SELECT p.row, p.id, p.account, p.name, p.type, p.version, p.source_version, p.remarks, p.complete, p.verification, p.created_at,
   (SELECT json_agg(f ORDER BY f.place) FROM package_file AS f WHERE f.package_row = p.row) AS files
   FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS w (type, version, source_version, place)
   LEFT JOIN LATERAL (SELECT * FROM package WHERE account = $1 AND type = w.type AND version = w.version
     AND source_version = w.source_version LIMIT 1) AS p ON true
   ORDER BY w.place`,
);

async function recordsOf(queries: Queries, rows: readonly Row[]): Promise<PackageRecord[]> {
  if (rows.length === 0) return [];
  const files = await queries.all(
    'SELECT * FROM package_file WHERE package_row = ANY($1::bigint[]) ORDER BY package_row, place',
    rows.map((row) => Number(row['row'])),
  );
  return packagesOf(rows, files);
}
