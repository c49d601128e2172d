import type { DatabaseSync } from 'node:sqlite';
import { countFailures } from '../rows/failures.ts';
import type { Row } from '../rows/row.ts';

/**
 * The schema, by numbered steps; `user_version` counts those done. A step that was released is never edited.
 *
 * - Rows of a plan's devices lie together, in order of device key: their ids are one run that the plan knows. That makes a page a
 *   range of ids, and needs no index for it.
 * - A device's components in a plan are one packed text in its row: a report reads one row and writes one row and its log.
 * - The log is chained by the id of the device's line before: no second index.
 * - `counter` is written in the transaction that changes what it counts.
 */
export const migrations: readonly (string | ((db: DatabaseSync) => void))[] = [
  `
  CREATE TABLE access_key (key TEXT PRIMARY KEY, role TEXT NOT NULL, secret TEXT NOT NULL, name TEXT NOT NULL,
    created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE idempotency (who TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, created_at INTEGER NOT NULL,
    released INTEGER NOT NULL DEFAULT 0, status INTEGER, headers TEXT, body TEXT, PRIMARY KEY (who, key)) STRICT;
  CREATE INDEX idempotency_by_age ON idempotency (created_at);
  CREATE TABLE audit (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL) STRICT;

  CREATE TABLE package (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_identity TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL, version TEXT NOT NULL, source_version TEXT NOT NULL, remarks TEXT NOT NULL, complete INTEGER NOT NULL,
    verification TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (type, version, source_version)) STRICT;
  CREATE TABLE package_file (package_row INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,
    sha256 TEXT NOT NULL, md5 TEXT, crc32 TEXT, PRIMARY KEY (package_row, place)) STRICT, WITHOUT ROWID;
  CREATE INDEX package_file_by_digest ON package_file (sha256);

  CREATE TABLE product (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL) STRICT;
  CREATE TABLE device (id INTEGER PRIMARY KEY, product_id INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
    secret_sha256 TEXT, online_until INTEGER NOT NULL DEFAULT 0, last_seen INTEGER, versions TEXT NOT NULL DEFAULT '[]',
    battery REAL, signal REAL, auto_upgrade INTEGER NOT NULL DEFAULT 0,
    last_reports TEXT NOT NULL DEFAULT '[]', UNIQUE (product_id, key)) STRICT;

  CREATE TABLE plan (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name_identity TEXT NOT NULL UNIQUE, product TEXT NOT NULL,
    status TEXT NOT NULL, revision INTEGER NOT NULL, document TEXT NOT NULL, targets TEXT NOT NULL, state TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, due_at INTEGER,
    first_row INTEGER NOT NULL DEFAULT 0, last_row INTEGER NOT NULL DEFAULT -1) STRICT;
  CREATE INDEX plan_due ON plan (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE plan_device (row INTEGER PRIMARY KEY, plan_row INTEGER NOT NULL, device_id INTEGER NOT NULL, wave INTEGER NOT NULL,
    phase INTEGER NOT NULL, status INTEGER NOT NULL, state TEXT NOT NULL, due_at INTEGER, last_log INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX plan_device_by_device ON plan_device (device_id);
  CREATE INDEX plan_device_open ON plan_device (plan_row, phase, wave, row) WHERE phase < 3;
  CREATE INDEX plan_device_failed ON plan_device (row) WHERE status = 3;
  CREATE INDEX plan_device_due ON plan_device (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE log (id INTEGER PRIMARY KEY, before INTEGER NOT NULL, time INTEGER NOT NULL, component INTEGER NOT NULL,
    attempt INTEGER NOT NULL, cause INTEGER NOT NULL, text TEXT NOT NULL, reported TEXT) STRICT;
  CREATE TABLE counter (plan_row INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (plan_row, name))
    STRICT, WITHOUT ROWID;
  CREATE TABLE timeline (plan_row INTEGER NOT NULL, time INTEGER NOT NULL, upgraded INTEGER NOT NULL, failed INTEGER NOT NULL,
    PRIMARY KEY (plan_row, time)) STRICT, WITHOUT ROWID;
  `,
  // Checksums of rows (checksums.ts); NULL in rows from before.
  `
  ALTER TABLE device ADD COLUMN checksum INTEGER;
  ALTER TABLE plan_device ADD COLUMN row_checksum INTEGER;
  ALTER TABLE log ADD COLUMN checksum INTEGER;
  `,
  // Failed devices by the cause of the first component that failed, as counters: place 12 of a packed state, 0 and 7 of a component in it.
  `
  INSERT INTO counter (plan_row, name, count)
    SELECT plan_row, 'f.' || coalesce(json_extract(state, '$[12][' || place || '][7]'), ''), count(*)
    FROM (SELECT plan_row, state, min(component.key) AS place FROM plan_device, json_each(plan_device.state, '$[12]') AS component
      WHERE plan_device.status = 3 AND json_extract(component.value, '$[0]') = 12 GROUP BY row) GROUP BY 1, 2;
  `,
  // The step before cut a cause at NUL and took half surrogates for what they are not: the rules count, not SQL.
  (db) => {
    db.exec("DELETE FROM counter WHERE name LIKE 'f.%'");
    const failed = db.prepare('SELECT plan_row, phase, state FROM plan_device WHERE status = 3').iterate();
    const insert = db.prepare('INSERT INTO counter (plan_row, name, count) VALUES (?, ?, ?)');
    for (const [plan, counters] of countFailures(failed as Iterable<Row>)) {
      for (const [name, count] of counters) insert.run(plan, name, count);
    }
  },
  // Accounts: what was there belongs to the first. Names and packages are unique in one, so their tables are written anew.
  `
  CREATE TABLE account (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_identity TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL)
    STRICT, WITHOUT ROWID;
  INSERT INTO account VALUES ('first', 'First account', 'first account', 0);
  ALTER TABLE access_key ADD COLUMN account TEXT NOT NULL DEFAULT 'first';
  ALTER TABLE access_key ADD COLUMN expires_at INTEGER;
  ALTER TABLE access_key ADD COLUMN used_at INTEGER;
  ALTER TABLE product ADD COLUMN account TEXT NOT NULL DEFAULT 'first';
  CREATE INDEX product_by_account ON product (account, key);
  ALTER TABLE audit ADD COLUMN account TEXT NOT NULL DEFAULT 'first';
  CREATE INDEX audit_by_account ON audit (account, id);

  CREATE TABLE package_of (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, name TEXT NOT NULL,
    name_identity TEXT NOT NULL, type TEXT NOT NULL, version TEXT NOT NULL, source_version TEXT NOT NULL, remarks TEXT NOT NULL,
    complete INTEGER NOT NULL, verification TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (account, name_identity),
    UNIQUE (account, type, version, source_version)) STRICT;
  INSERT INTO package_of SELECT row, id, 'first', name, name_identity, type, version, source_version, remarks, complete, verification,
    created_at FROM package;
  DROP TABLE package;
  ALTER TABLE package_of RENAME TO package;

  CREATE TABLE plan_of (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, name_identity TEXT NOT NULL,
    product TEXT NOT NULL, status TEXT NOT NULL, revision INTEGER NOT NULL, document TEXT NOT NULL, targets TEXT NOT NULL,
    state TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, due_at INTEGER,
    first_row INTEGER NOT NULL DEFAULT 0, last_row INTEGER NOT NULL DEFAULT -1, UNIQUE (account, name_identity)) STRICT;
  INSERT INTO plan_of SELECT row, id, 'first', name_identity, product, status, revision, document, targets, state, created_at,
    updated_at, due_at, first_row, last_row FROM plan;
  DROP TABLE plan;
  ALTER TABLE plan_of RENAME TO plan;
  CREATE INDEX plan_due ON plan (due_at) WHERE due_at IS NOT NULL;
  `,
  // A page of any status comes from an index, that of failed devices as well. It ends with the row, as every index does.
  `
  CREATE INDEX plan_device_status ON plan_device (status);
  DROP INDEX plan_device_failed;
  `,
  // Accounts can be closed.
  'ALTER TABLE account ADD COLUMN closed_at INTEGER',
];
