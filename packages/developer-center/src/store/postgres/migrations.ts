import { countFailures } from '../rows/failures.ts';
import type { Queries } from './queries.ts';

/**
 * The schema, by numbered steps; `otaplan_schema` counts those done. A step that was released is never edited, and a new one must
 * leave what replicas of the version before do working: they run on while the first of the new version migrates.
 *
 * - Keys are compared by their bytes (`COLLATE "C"`), as everywhere else.
 * - Rows of a plan's devices are numbered in order of device key, so a page is a range of the primary key.
 * - The log's primary key is its only index: a device's lines lie together.
 * - `counter` and `timeline` have a slot for every replica, which adds to its own; what they say is the sum over the slots.
 * - Who works on what a plan is due for stands in `plan_lease`, apart from the plan: its row is locked while devices report.
 * - No advisory locks and no recursive queries, so that relatives of PostgreSQL stay possible.
 */
export const migrations: readonly (string | ((queries: Queries) => Promise<void>))[] = [
  `
  CREATE TABLE secret (name text PRIMARY KEY, value text NOT NULL);
  CREATE TABLE replica (slot smallint PRIMARY KEY, owner text NOT NULL, beat timestamptz NOT NULL);
  CREATE TABLE turn (name text PRIMARY KEY);
  INSERT INTO turn VALUES ('activation');

  CREATE TABLE access_key (key text PRIMARY KEY, role text NOT NULL, secret text NOT NULL, name text NOT NULL,
    created_at bigint NOT NULL);
  CREATE TABLE idempotency (who text NOT NULL, key text NOT NULL, fingerprint text NOT NULL, created_at bigint NOT NULL,
    owner text NOT NULL, status int, headers text, body text, PRIMARY KEY (who, key));
  CREATE INDEX idempotency_by_age ON idempotency (created_at);
  CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, time bigint NOT NULL, who text NOT NULL,
    action text NOT NULL, subject text NOT NULL, detail text NOT NULL);

  CREATE TABLE package (row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, name text NOT NULL,
    name_identity text NOT NULL CONSTRAINT package_name UNIQUE, type text NOT NULL, version text NOT NULL,
    source_version text NOT NULL, remarks text NOT NULL, complete boolean NOT NULL, verification text NOT NULL,
    created_at bigint NOT NULL, UNIQUE (type, version, source_version));
  CREATE TABLE package_file (package_row bigint NOT NULL, place int NOT NULL, name text NOT NULL, size bigint NOT NULL,
    sha256 text NOT NULL, md5 text, crc32 text, PRIMARY KEY (package_row, place));
  CREATE INDEX package_file_by_digest ON package_file (sha256);

  CREATE TABLE product (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text COLLATE "C" NOT NULL UNIQUE, name text NOT NULL);
  CREATE TABLE device (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, product_id int NOT NULL, key text COLLATE "C" NOT NULL,
    name text NOT NULL, secret_sha256 text, online_until bigint NOT NULL DEFAULT 0, last_seen bigint,
    versions text NOT NULL DEFAULT '[]', battery float8, signal float8, auto_upgrade boolean NOT NULL DEFAULT false,
    last_reports text NOT NULL DEFAULT '[]', UNIQUE (product_id, key)) WITH (fillfactor = 70);

  CREATE SEQUENCE plan_activation;
  CREATE TABLE plan (row bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
    name_identity text NOT NULL CONSTRAINT plan_name UNIQUE, product text NOT NULL, status text NOT NULL, revision int NOT NULL,
    document text NOT NULL, targets text NOT NULL, state text NOT NULL, created_at bigint NOT NULL, updated_at bigint NOT NULL,
    due_at bigint, activation bigint NOT NULL DEFAULT 0, devices int NOT NULL DEFAULT 0) WITH (fillfactor = 50);
  CREATE INDEX plan_due ON plan (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE plan_lease (plan_row bigint PRIMARY KEY, owner text NOT NULL, until timestamptz NOT NULL);
  CREATE TABLE plan_device (plan_row bigint NOT NULL, row int NOT NULL, device_id bigint NOT NULL, wave int NOT NULL,
    phase smallint NOT NULL, status smallint NOT NULL, state text NOT NULL, due_at bigint, PRIMARY KEY (plan_row, row))
    WITH (fillfactor = 70);
  CREATE INDEX plan_device_by_device ON plan_device (device_id);
  CREATE INDEX plan_device_open ON plan_device (plan_row, phase, wave, row) WHERE phase < 3;
  CREATE INDEX plan_device_failed ON plan_device (plan_row, row) WHERE status = 3;
  CREATE INDEX plan_device_due ON plan_device (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE log (plan_row bigint NOT NULL, row int NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY, time bigint NOT NULL,
    component smallint NOT NULL, attempt int NOT NULL, cause smallint NOT NULL, text text NOT NULL, reported text,
    PRIMARY KEY (plan_row, row, id));
  CREATE TABLE counter (plan_row bigint NOT NULL, name text NOT NULL, slot smallint NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (plan_row, name, slot)) WITH (fillfactor = 50);
  CREATE TABLE timeline (plan_row bigint NOT NULL, time bigint NOT NULL, slot smallint NOT NULL, upgraded int NOT NULL,
    failed int NOT NULL, PRIMARY KEY (plan_row, time, slot));
  `,
  // Failed devices by the cause of the first component that failed, as counters.
  async (queries) => {
    const failed = await queries.all('SELECT plan_row, phase, state FROM plan_device WHERE status = 3');
    for (const [plan, counters] of countFailures(failed)) {
      await queries.run(
        'INSERT INTO counter (plan_row, name, slot, count) SELECT $1::bigint, name, 0, count FROM unnest($2::text[], $3::bigint[]) AS c (name, count)',
        plan,
        [...counters.keys()],
        [...counters.values()],
      );
    }
  },
  // Accounts: what was there belongs to the first, and so does what a replica of the version before adds.
  `
  CREATE TABLE account (id text PRIMARY KEY, name text NOT NULL, name_identity text NOT NULL UNIQUE, created_at bigint NOT NULL);
  INSERT INTO account VALUES ('first', 'First account', 'first account', 0);
  ALTER TABLE access_key ADD COLUMN account text NOT NULL DEFAULT 'first', ADD COLUMN expires_at bigint, ADD COLUMN used_at bigint;
  ALTER TABLE product ADD COLUMN account text NOT NULL DEFAULT 'first';
  CREATE INDEX product_by_account ON product (account, key);
  ALTER TABLE audit ADD COLUMN account text NOT NULL DEFAULT 'first';
  CREATE INDEX audit_by_account ON audit (account, id);
  ALTER TABLE package ADD COLUMN account text NOT NULL DEFAULT 'first';
  ALTER TABLE package DROP CONSTRAINT package_name, DROP CONSTRAINT package_type_version_source_version_key,
    ADD CONSTRAINT package_name UNIQUE (account, name_identity), ADD UNIQUE (account, type, version, source_version);
  ALTER TABLE plan ADD COLUMN account text NOT NULL DEFAULT 'first';
  ALTER TABLE plan DROP CONSTRAINT plan_name, ADD CONSTRAINT plan_name UNIQUE (account, name_identity);
  `,
  // A page of any status comes from an index, that of failed devices as well.
  `
  CREATE INDEX plan_device_status ON plan_device (plan_row, status, row);
  DROP INDEX plan_device_failed;
  `,
  // Accounts can be closed.
  'ALTER TABLE account ADD COLUMN closed_at bigint',
];
