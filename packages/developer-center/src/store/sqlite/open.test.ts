import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { layDown, missingFrom, oldSqlite } from '../../testing/old-databases.ts';
import { firstAccount } from '../accounts.ts';
import { storeConformance } from '../conformance/index.ts';
import { openSqliteStore } from './open.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'otaplan-store-'));

storeConformance(async () => {
  const at = folder();
  return { open: async () => openSqliteStore(at), remove: async () => rmSync(at, { recursive: true }) };
});

test('a second server on the folder is refused, and a newer database', async () => {
  const at = folder();
  const store = openSqliteStore(at);
  await store.check();
  expect(() => openSqliteStore(at)).toThrow(expect.objectContaining({ failure: 'locked' }));
  for (const file of readdirSync(at)) expect(statSync(join(at, file)).mode & 0o077).toBe(0);
  await store.close();
  const db = new DatabaseSync(join(at, 'developer-center.sqlite'));
  db.exec('PRAGMA user_version = 999');
  db.close();
  expect(() => openSqliteStore(at)).toThrow(expect.objectContaining({ failure: 'newer' }));
  rmSync(at, { recursive: true });
});

test.each(oldSqlite)('%s, as an older version wrote it, is brought forward with all that is in it', async (name) => {
  const at = folder();
  const old = await layDown(name, at, null);
  const store = openSqliteStore(at);
  expect(await missingFrom(store, old)).toEqual([]);
  await store.close();
  rmSync(at, { recursive: true });
});

test('a changed document or counter is found', async () => {
  const at = folder();
  const { planDocumentStore } = { planDocumentStore: openSqliteStore(at) };
  const { plan } = await import('../../center/test-world.ts');
  await planDocumentStore.plans.createPlan(firstAccount, 'p1', plan(), 'key', 1);
  await planDocumentStore.close();
  const db = new DatabaseSync(join(at, 'developer-center.sqlite'));
  db.exec(`UPDATE plan SET document = replace(document, '2.0.0', '2.0.8')`);
  db.exec(`INSERT INTO counter VALUES (1, 'd.upgraded', 3)`);
  db.close();
  const store = openSqliteStore(at);
  await expect(store.plans.planDocument('p1')).rejects.toMatchObject({ failure: 'corrupt' });
  expect(await store.plans.verify()).toEqual([
    'The plan “March” is not what its digest says.',
    'The plan “March”: the counter d.upgraded says 3, there are 0.',
  ]);
  await store.close();
  rmSync(at, { recursive: true });
});
