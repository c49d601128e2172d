import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { World } from '../../center/test-world.ts';
import { fillWorld, readAll } from '../../testing/old-content.ts';
import { migrations } from './migrations.ts';
import { openSqliteStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'otaplan-migrations-'));
const fileIn = (version: number | 'now') => join(folder, String(version), 'developer-center.sqlite');
/** Counters that a later step has made of the rows: an older version had none of them. */
const countedSince: readonly { readonly name: string; readonly version: number }[] = [{ name: 'f.%', version: 3 }];
let all: unknown;

beforeAll(async () => {
  World.newStore = async () => ({
    folder,
    open: async () => openSqliteStore(join(folder, 'now')),
    remove: async () => {},
  });
  const world = await World.with([]);
  await fillWorld(world);
  all = await readAll(world.store);
  await world.end();
});
afterAll(() => rmSync(folder, { recursive: true }));

const versions = migrations.map((_, index) => index + 1);
test.each(versions)('all of a folder of version %s is there after it was brought forward', async (version) => {
  expect(all).toMatchObject({ problems: [], reply: { kind: 'done' } });
  await openSqliteStore(join(folder, String(version))).close();
  rmSync(fileIn(version));
  copyBack(version);
  const store = openSqliteStore(join(folder, String(version)));
  expect(await readAll(store)).toEqual(all);
  await store.close();
});

/** Writes what a database of this version has into one as an older version would have left it. */
function copyBack(version: number): void {
  const db = new DatabaseSync(fileIn(version));
  // On a database without rows, steps that are functions have nothing to do.
  for (const step of migrations.slice(0, version)) if (typeof step === 'string') db.exec(step);
  db.prepare('ATTACH ? AS now').run(fileIn('now'));
  const tables = db
    .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all();
  for (const { name } of tables) {
    const columns = db.prepare(`PRAGMA main.table_info(${name})`).all();
    const names = columns.map((column) => column['name']).join(', ');
    db.exec(`INSERT OR IGNORE INTO main.${name} (${names}) SELECT ${names} FROM now.${name}`);
  }
  for (const { name, version: since } of countedSince) {
    if (version < since) db.prepare('DELETE FROM main.counter WHERE name LIKE ?').run(name);
  }
  db.exec(`PRAGMA user_version = ${version}`);
  db.close();
}
