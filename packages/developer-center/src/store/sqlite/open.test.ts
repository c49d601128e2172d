import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { layDown, missingFrom, oldSqlite } from '../../testing/old-databases.ts';
import { firstAccount } from '../accounts.ts';
import { storeConformance } from '../conformance.ts';
import { migrations } from './migrations.ts';
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

test('a database from before there were accounts is brought forward: all of it is the first account’s', async () => {
  const at = folder();
  const { plan, product } = await import('../../center/test-world.ts');
  const { targets, ...head } = plan();
  const before = new DatabaseSync(join(at, 'developer-center.sqlite'));
  for (const step of migrations.slice(0, 3)) if (typeof step === 'string') before.exec(step);
  before.exec('PRAGMA user_version = 3');
  before.exec(`INSERT INTO access_key VALUES ('AK1', 'owner', 'sealed', 'first key', 1)`);
  before.exec(`INSERT INTO product (key, name) VALUES ('${product}', 'Meters')`);
  before.exec(`INSERT INTO audit (time, who, action, subject, detail) VALUES (1, 'AK1', 'createPlan', 'March', '')`);
  before.exec(`INSERT INTO package (id, name, name_identity, type, version, source_version, remarks, complete, verification,
    created_at) VALUES ('pkg', 'FW', 'fw', 'module', '2.0.0', '', '', 1, 'verified', 1)`);
  const document = JSON.stringify({ ...head, targets: { ...targets, include: [], exclude: [] } });
  before
    .prepare(
      `INSERT INTO plan (row, id, name_identity, product, status, revision, document, targets, state, created_at, updated_at)
       VALUES (7, 'p1', 'march', ?, 'inactivated', 4, ?, '{"include":[],"exclude":[]}', '{}', 1, 1)`,
    )
    .run(product, document);
  before.close();
  const store = openSqliteStore(at);
  expect(await store.accounts.findAccessKey('AK1')).toMatchObject({ account: firstAccount, expiresAt: null });
  expect(await store.registry.findProduct(product)).toEqual({
    account: firstAccount,
    productKey: product,
    name: 'Meters',
  });
  expect(await store.plans.findPlan('p1')).toMatchObject({ account: firstAccount, revision: 4 });
  expect(await store.plans.planDocument('p1')).toEqual(plan());
  const wanted = { type: 'module', version: '2.0.0', sourceVersion: null } as const;
  expect(await store.packages.resolvePackages(firstAccount, [wanted])).toMatchObject([{ id: 'pkg' }]);
  expect((await store.registry.listAudit(firstAccount, 10, null)).items).toMatchObject([{ action: 'createPlan' }]);
  expect(await store.plans.verify()).toEqual([]);
  await store.close();
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
