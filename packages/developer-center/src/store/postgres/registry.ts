import type { Page } from '../packages.ts';
import type { AuditRecord, DeviceRecord, NewAudit, NewDevice, ProductRecord, RegistryStore } from '../registry.ts';
import { auditOf } from '../rows/audit.ts';
import { deviceRecordOf, productOf } from '../rows/device.ts';
import { below, pageOf } from '../rows/page.ts';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';

const ofProduct = '(SELECT id FROM product WHERE key = $1)';

/** Products, devices and the audit trail in PostgreSQL. */
export class PostgresRegistry implements RegistryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  registerProducts(
    account: string,
    products: readonly Omit<ProductRecord, 'account'>[],
    who: string,
    now: number,
  ): ReturnType<RegistryStore['registerProducts']> {
    return this.#db.repeatable(async (queries) => {
      const counts = { created: 0, unchanged: 0, renamed: 0 };
      const foreign = await queries.get(
        'SELECT key FROM product WHERE key = ANY($1::text[]) AND account <> $2 ORDER BY key LIMIT 1',
        products.map(({ productKey }) => productKey),
        account,
      );
      if (foreign) return { foreign: String(foreign['key']) };
      for (const { productKey, name } of products) {
        const created = await queries.run(
          'INSERT INTO product (account, key, name) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING',
          account,
          productKey,
          name,
        );
        if (created > 0) counts.created++;
        else {
          const sql = 'UPDATE product SET name = $2 WHERE key = $1 AND name <> $2 AND account = $3';
          if ((await queries.run(sql, productKey, name, account)) > 0) counts.renamed++;
          else counts.unchanged++;
        }
      }
      if (counts.created + counts.renamed > 0) {
        const subject = products.length === 1 ? (products[0]?.productKey ?? '') : `${products.length} products`;
        const detail = JSON.stringify(counts);
        await appendAudit(queries, { account, time: now, who, action: 'registerProducts', subject, detail });
      }
      return counts;
    });
  }

  registerDevices(
    productKey: string,
    devices: readonly NewDevice[],
    who: string,
    now: number,
  ): Promise<{ created: number; unchanged: number } | null> {
    return this.#db.repeatable(async (queries) => {
      const product = await queries.get('SELECT id, account FROM product WHERE key = $1', productKey);
      if (!product) return null;
      // Of the same key given twice the last counts, as if they had come one after the other.
      const unique = new Map<string, NewDevice>();
      for (const device of devices) unique.set(device.deviceKey, { ...unique.get(device.deviceKey), ...device });
      const given = [...unique.values()];
      const values = [
        Number(product['id']),
        given.map((device) => device.deviceKey),
        given.map((device) => device.name ?? null),
        given.map((device) => device.secretSha256 ?? null),
      ] as const;
      const from = 'unnest($2::text[], $3::text[], $4::text[]) AS given (key, name, secret)';
      // Every transaction locks devices in order of id, so that none waits for another in a circle.
      await queries.run(
        'SELECT id FROM device WHERE product_id = $1 AND key = ANY($2::text[]) ORDER BY id FOR UPDATE',
        values[0],
        values[1],
      );
      await queries.run(
        `UPDATE device SET name = coalesce(given.name, device.name), secret_sha256 = coalesce(given.secret, secret_sha256)
         FROM ${from} WHERE product_id = $1 AND device.key = given.key AND (given.name IS NOT NULL OR given.secret IS NOT NULL)`,
        ...values,
      );
      const created = await queries.run(
        `INSERT INTO device (product_id, key, name, secret_sha256) SELECT $1::int, key, coalesce(name, key), secret FROM ${from}
         ORDER BY key COLLATE "C" ON CONFLICT (product_id, key) DO NOTHING`,
        ...values,
      );
      const counts = { created, unchanged: devices.length - created };
      if (created > 0) {
        const detail = JSON.stringify(counts);
        const account = String(product['account']);
        await appendAudit(queries, { account, time: now, who, action: 'registerDevices', subject: productKey, detail });
      }
      return counts;
    });
  }

  async listProducts(
    account: string,
    pageNum: number,
    pageSize: number,
    productKey?: string,
  ): Promise<{ items: ProductRecord[]; total: number }> {
    const key = productKey ?? null;
    const rows = await this.#db.all(
      'SELECT account, key, name FROM product WHERE account = $4 AND ($1::text IS NULL OR key = $1) ORDER BY key LIMIT $2 OFFSET $3',
      key,
      pageSize,
      (pageNum - 1) * pageSize,
      account,
    );
    const counting = 'SELECT count(*) AS n FROM product WHERE account = $2 AND ($1::text IS NULL OR key = $1)';
    const total = await this.#db.get(counting, key, account);
    return { items: rows.map(productOf), total: Number(total?.['n']) };
  }

  async findProduct(productKey: string): Promise<ProductRecord | null> {
    const row = await this.#db.get('SELECT account, key, name FROM product WHERE key = $1', productKey);
    return row ? productOf(row) : null;
  }

  async listDevices(
    query: { productKey: string; deviceKey?: string | undefined; online?: boolean | undefined; now: number },
    pageNum: number,
    pageSize: number,
  ): Promise<{ items: DeviceRecord[]; total: number }> {
    const where = `product_id = ${ofProduct} AND ($2::text IS NULL OR key = $2)
      AND ($3::boolean IS NULL OR (online_until > $4) = $3)`;
    const values = [query.productKey, query.deviceKey ?? null, query.online ?? null, query.now] as const;
    const rows = await this.#db.all(
      `SELECT * FROM device WHERE ${where} ORDER BY key LIMIT $5 OFFSET $6`,
      ...values,
      pageSize,
      (pageNum - 1) * pageSize,
    );
    const total = await this.#db.get(`SELECT count(*) AS n FROM device WHERE ${where}`, ...values);
    return { items: rows.map((row) => deviceRecordOf(row, query.productKey)), total: Number(total?.['n']) };
  }

  async findDevice(productKey: string, deviceKey: string): Promise<DeviceRecord | null> {
    const sql = `SELECT * FROM device WHERE product_id = ${ofProduct} AND key = $2`;
    const row = await this.#db.get(sql, productKey, deviceKey);
    return row ? deviceRecordOf(row, productKey) : null;
  }

  async deviceSeen(productKey: string, deviceKey: string, now: number, onlineUntil: number): Promise<void> {
    await this.#db.run(
      `UPDATE device SET last_seen = $3, online_until = $4 WHERE product_id = ${ofProduct} AND key = $2`,
      productKey,
      deviceKey,
      now,
      onlineUntil,
    );
  }

  async setAutoUpgrade(productKey: string, deviceKey: string, on: boolean): Promise<boolean> {
    const sql = `UPDATE device SET auto_upgrade = $3 WHERE product_id = ${ofProduct} AND key = $2`;
    return (await this.#db.run(sql, productKey, deviceKey, on)) > 0;
  }

  async eraseProduct(productKey: string, most: number): Promise<boolean> {
    const sql = `DELETE FROM device WHERE id IN (SELECT id FROM device WHERE product_id = ${ofProduct} LIMIT $2)`;
    if ((await this.#db.run(sql, productKey, most)) > 0) return false;
    await this.#db.run('DELETE FROM product WHERE key = $1', productKey);
    return true;
  }

  appendAudit(entry: NewAudit): Promise<void> {
    return appendAudit(this.#db, entry);
  }

  async listAudit(account: string, limit: number, cursor: string | null): Promise<Page<AuditRecord>> {
    const sql = 'SELECT * FROM audit WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3';
    const rows = await this.#db.all(sql, account, below(cursor), limit + 1);
    return pageOf(rows.map(auditOf), limit, ({ id }) => id);
  }
}
