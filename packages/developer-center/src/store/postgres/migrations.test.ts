import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { World } from '../../center/test-world.ts';
import { systemClock } from '../../clock.ts';
import { fillWorld, readAll } from '../../testing/old-content.ts';
import { findPostgres } from '../../testing/postgres.ts';
import { migrations } from './migrations.ts';
import { openPostgresStore } from './open.ts';

const postgres = await findPostgres();
const why = typeof postgres === 'string' ? ` (skipped: ${postgres})` : '';
/** Counters that a later step has made of the rows: an older version had none of them. */
const countedSince: readonly { readonly name: string; readonly version: number }[] = [{ name: 'f.%', version: 2 }];

describe.skipIf(typeof postgres === 'string')(`databases of older versions in PostgreSQL${why}`, () => {
  const server = typeof postgres === 'string' ? null : postgres;
  afterAll(() => server?.stop(), 60_000);
  const random = (count: number) => randomBytes(count);
  let filled: Promise<{ url: string; all: unknown }> | null = null;

  /** Once for all versions: the world as this version keeps it. */
  async function fill(): Promise<{ url: string; all: unknown }> {
    const url = (await server?.database()) ?? '';
    World.newStore = async () => ({
      folder: '',
      open: (clock) => openPostgresStore({ url, clock, random }),
      remove: async () => {},
    });
    const world = await World.with([]);
    await fillWorld(world);
    const all = await readAll(world.store);
    await world.end();
    return { url, all };
  }

  const versions = migrations.map((_, index) => index + 1);
  test.each(versions)('all of a database of version %s is there after it was brought forward', async (version) => {
    filled ??= fill();
    const { url: now, all } = await filled;
    expect(all).toMatchObject({ problems: [], reply: { kind: 'done' } });
    const before = (await server?.database()) ?? '';
    await copyBack(now, before, version);
    const store = await openPostgresStore({ url: before, clock: systemClock, random });
    expect(await readAll(store)).toEqual(all);
    // What is added goes on behind what was there.
    await store.registry.registerDevices('p11abc', [{ deviceKey: 'NEW1' }], 'key', 1);
    expect((await store.registry.listAudit('first', 1, null)).items).toMatchObject([{ action: 'registerDevices' }]);
    await store.close();
  });
});

/** Writes what a database of this version has into one as an older version would have left it. */
async function copyBack(from: string, to: string, version: number): Promise<void> {
  const [source, target] = [new Client({ connectionString: from }), new Client({ connectionString: to })];
  await Promise.all([source.connect(), target.connect()]);
  // On a database without rows, steps that are functions have nothing to do.
  for (const step of migrations.slice(0, version)) if (typeof step === 'string') await target.query(step);
  await target.query('CREATE TABLE otaplan_schema (one boolean PRIMARY KEY DEFAULT true, version int NOT NULL)');
  await target.query('INSERT INTO otaplan_schema (version) VALUES ($1)', [version]);
  const { rows } = await target.query(
    `SELECT table_name AS name, string_agg(quote_ident(column_name), ', ') AS columns,
     max(CASE WHEN is_identity = 'YES' THEN column_name END) AS identity
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'otaplan_schema' GROUP BY 1`,
  );
  for (const { name, columns, identity } of rows) {
    const kept = await source.query(`SELECT json_agg(t) AS rows FROM (SELECT ${columns} FROM ${name}) AS t`);
    await target.query(
      `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM json_populate_recordset(NULL::${name}, $1) ON CONFLICT DO NOTHING`,
      [JSON.stringify(kept.rows[0].rows ?? [])],
    );
    if (identity !== null)
      await target.query(
        `SELECT setval(pg_get_serial_sequence('${name}', '${identity}'), coalesce(max(${identity}), 0) + 1) FROM ${name}`,
      );
  }
  await target.query("SELECT setval('plan_activation', 1 + (SELECT max(activation) FROM plan))");
  for (const { name, version: since } of countedSince) {
    if (version < since) await target.query('DELETE FROM counter WHERE name LIKE $1', [name]);
  }
  await Promise.all([source.end(), target.end()]);
}
