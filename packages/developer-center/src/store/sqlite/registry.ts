import type { Page } from '../packages.ts';
import type { AuditRecord, DeviceRecord, NewAudit, NewDevice, ProductRecord, RegistryStore } from '../registry.ts';
import { auditOf } from '../rows/audit.ts';
import { deviceRecordOf, productOf } from '../rows/device.ts';
import { below, pageOf } from '../rows/page.ts';
import { appendAudit } from './audit.ts';
import { damaged, deviceChecksum, isDeviceSound } from './checksums.ts';
import type { Database } from './database.ts';
import type { DeviceCache } from './device-cache.ts';

type Row = NonNullable<ReturnType<Database['get']>>;

/** Products, devices and the audit trail in SQLite. */
export class SqliteRegistry implements RegistryStore {
  readonly #db: Database;
  readonly #devices: DeviceCache;

  constructor(db: Database, devices: DeviceCache) {
    this.#db = db;
    this.#devices = devices;
  }

  registerProducts(
    account: string,
    products: readonly Omit<ProductRecord, 'account'>[],
    who: string,
    now: number,
  ): ReturnType<RegistryStore['registerProducts']> {
    return this.#db.write(() => {
      const owned = 'SELECT 1 FROM product WHERE key = ? AND account <> ?';
      const foreign = products.find(({ productKey }) => this.#db.get(owned, productKey, account));
      if (foreign) return { foreign: foreign.productKey };
      const counts = { created: 0, unchanged: 0, renamed: 0 };
      for (const { productKey, name } of products) {
        const known = this.#db.get('SELECT name FROM product WHERE key = ?', productKey);
        if (!known) {
          this.#db.run('INSERT INTO product (account, key, name) VALUES (?, ?, ?)', account, productKey, name);
          counts.created++;
        } else if (known['name'] === name) counts.unchanged++;
        else {
          this.#db.run('UPDATE product SET name = ? WHERE key = ?', name, productKey);
          counts.renamed++;
        }
      }
      if (counts.created + counts.renamed > 0) {
        const subject = products.length === 1 ? (products[0]?.productKey ?? '') : `${products.length} products`;
        const detail = JSON.stringify(counts);
        appendAudit(this.#db, { account, time: now, who, action: 'registerProducts', subject, detail });
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
    return this.#db.write(() => {
      const product = this.#productId(productKey);
      if (product === null) return null;
      let created = 0;
      for (const device of devices) {
        const { changes } = this.#db.run(
          'INSERT OR IGNORE INTO device (product_id, key, name, secret_sha256, checksum) VALUES (?, ?, ?, ?, ?)',
          product,
          device.deviceKey,
          device.name ?? device.deviceKey,
          device.secretSha256 ?? null,
          deviceChecksum(device.deviceKey, device.secretSha256 ?? null, '[]', '[]'),
        );
        created += changes;
        if (changes === 0 && (device.name !== undefined || device.secretSha256 !== undefined)) {
          this.#devices.forget(productKey, device.deviceKey);
          this.#rename(product, productKey, device);
        }
      }
      const counts = { created, unchanged: devices.length - created };
      if (created > 0) {
        const owner = this.#db.get('SELECT account FROM product WHERE id = ?', product);
        appendAudit(this.#db, {
          account: String(owner?.['account']),
          time: now,
          who,
          action: 'registerDevices',
          subject: productKey,
          detail: JSON.stringify(counts),
        });
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
    return this.#db.read(() => {
      const key = productKey ?? null;
      const rows = this.#db.all(
        'SELECT account, key, name FROM product WHERE account = ?4 AND (?1 IS NULL OR key = ?1) ORDER BY key LIMIT ?2 OFFSET ?3',
        key,
        pageSize,
        (pageNum - 1) * pageSize,
        account,
      );
      const counting = 'SELECT count(*) AS n FROM product WHERE account = ?2 AND (?1 IS NULL OR key = ?1)';
      const total = this.#db.get(counting, key, account);
      return { items: rows.map(productOf), total: Number(total?.['n']) };
    });
  }

  async findProduct(productKey: string): Promise<ProductRecord | null> {
    const row = this.#db.read(() => this.#db.get('SELECT account, key, name FROM product WHERE key = ?', productKey));
    return row ? productOf(row) : null;
  }

  async listDevices(
    query: { productKey: string; deviceKey?: string | undefined; online?: boolean | undefined; now: number },
    pageNum: number,
    pageSize: number,
  ): Promise<{ items: DeviceRecord[]; total: number }> {
    return this.#db.read(() => {
      const product = this.#productId(query.productKey) ?? -1;
      const where = 'product_id = ?1 AND (?2 IS NULL OR key = ?2) AND (?3 IS NULL OR (online_until > ?4) = ?3)';
      const online = query.online === undefined ? null : Number(query.online);
      const values = [product, query.deviceKey ?? null, online, query.now];
      const rows = this.#db.all(
        `SELECT * FROM device WHERE ${where} ORDER BY key LIMIT ?5 OFFSET ?6`,
        ...values,
        pageSize,
        (pageNum - 1) * pageSize,
      );
      const total = this.#db.get(`SELECT count(*) AS n FROM device WHERE ${where}`, ...values);
      return { items: rows.map((row) => deviceOf(row, query.productKey)), total: Number(total?.['n']) };
    });
  }

  async findDevice(productKey: string, deviceKey: string): Promise<DeviceRecord | null> {
    const known = this.#devices.get(productKey, deviceKey);
    if (known) return known.device;
    const row = this.#db.read(() => this.#db.get(deviceSql, productKey, deviceKey));
    return row ? deviceOf(row, productKey) : null;
  }

  deviceSeen(productKey: string, deviceKey: string, now: number, onlineUntil: number): Promise<void> {
    return this.#db.write(() => {
      this.#devices.forget(productKey, deviceKey);
      this.#db.run(
        `UPDATE device SET last_seen = ?, online_until = ?
         WHERE product_id = (SELECT id FROM product WHERE key = ?) AND key = ?`,
        now,
        onlineUntil,
        productKey,
        deviceKey,
      );
    });
  }

  setAutoUpgrade(productKey: string, deviceKey: string, on: boolean): Promise<boolean> {
    return this.#db.write(() => {
      this.#devices.forget(productKey, deviceKey);
      const { changes } = this.#db.run(
        'UPDATE device SET auto_upgrade = ? WHERE product_id = (SELECT id FROM product WHERE key = ?) AND key = ?',
        Number(on),
        productKey,
        deviceKey,
      );
      return changes > 0;
    });
  }

  eraseProduct(productKey: string, most: number): Promise<boolean> {
    return this.#db.write(() => {
      const product = this.#productId(productKey);
      if (product === null) return true;
      this.#devices.clear();
      const sql = 'DELETE FROM device WHERE id IN (SELECT id FROM device WHERE product_id = ? LIMIT ?)';
      if (this.#db.run(sql, product, most).changes > 0) return false;
      this.#db.run('DELETE FROM product WHERE id = ?', product);
      return true;
    });
  }

  appendAudit(entry: NewAudit): Promise<void> {
    return this.#db.write(() => appendAudit(this.#db, entry));
  }

  async listAudit(account: string, limit: number, cursor: string | null): Promise<Page<AuditRecord>> {
    return this.#db.read(() => {
      const sql = 'SELECT * FROM audit WHERE account = ? AND id < ? ORDER BY id DESC LIMIT ?';
      const rows = this.#db.all(sql, account, below(cursor), limit + 1);
      return pageOf(rows.map(auditOf), limit, ({ id }) => id);
    });
  }

  /** A device that is known already: another name, another secret. */
  #rename(product: number, productKey: string, { deviceKey, name, secretSha256 }: NewDevice): void {
    const row = this.#db.get('SELECT * FROM device WHERE product_id = ? AND key = ?', product, deviceKey);
    if (!row) return;
    const known = deviceOf(row, productKey);
    const secret = secretSha256 ?? known.secretSha256;
    this.#db.run(
      'UPDATE device SET name = ?, secret_sha256 = ?, checksum = ? WHERE id = ?',
      name ?? known.name,
      secret,
      deviceChecksum(deviceKey, secret, String(row['versions']), String(row['last_reports'])),
      known.id,
    );
  }

  #productId(productKey: string): number | null {
    const row = this.#db.get('SELECT id FROM product WHERE key = ?', productKey);
    return row ? Number(row['id']) : null;
  }
}

/** A device by product key and device key. */
export const deviceSql =
  'SELECT device.* FROM product JOIN device ON product_id = product.id WHERE product.key = ? AND device.key = ?';

/** @throws StoreError corrupt, when the row is not what was written */
export function deviceOf(row: Row, productKey: string): DeviceRecord {
  if (!isDeviceSound(row)) throw damaged(`row ${String(row['id'])} of the devices`);
  return deviceRecordOf(row, productKey);
}
