import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { plan, World } from '../center/test-world.ts';
import { addPackage, product, type Running, register, run } from '../testing/running.ts';
import { backupFolder, restoreFolder } from './backup.ts';
import { askForBackup } from './control.ts';
import { verifyFolder } from './verify.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'otaplan-operations-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
async function running(): Promise<Running> {
  const server = await run();
  ends.push(() => server.end());
  await register(server, ['DEV0001', 'DEV0002']);
  return server;
}

/** A folder with a rollout in it in which one device is done; closed. */
async function rolledOut(): Promise<{ folder: string; world: World }> {
  const world = await World.with(['DEV0001', 'DEV0002', 'DEV0003']);
  ends.push(() => rmSync(world.folder, { recursive: true, force: true }));
  await world.activate(plan());
  await world.pass(60_000);
  await world.device('DEV0001').goes('FOTA', 'upgrading');
  await world.device('DEV0001').says('2.0.0', '1.8.0');
  await world.store.close();
  // The bytes of packages are not part of that world.
  change(world.folder, 'DELETE FROM package_file');
  return { folder: world.folder, world };
}

function change(path: string, sql: string): void {
  const db = new DatabaseSync(join(path, 'developer-center.sqlite'));
  db.exec(sql);
  db.close();
}

test('a sound folder holds, and says what it has', async () => {
  const { folder } = await rolledOut();
  change(folder, 'UPDATE package SET complete = 1');
  expect(await verifyFolder(folder)).toMatchObject({ problems: [], plans: 1, planDevices: 3 });
});

test.each([
  [
    'a counter',
    "UPDATE counter SET count = count + 1 WHERE name = 'd.upgraded'",
    /counter d\.upgraded says 2, there are 1/,
  ],
  [
    'a text of the log',
    "UPDATE log SET text = replace(text, 'Upgraded', 'Upgrbded')",
    /DEV0001.*log is not what was written/,
  ],
  ['a lost log line', 'DELETE FROM log WHERE id = 3', /line 3 of its log is lost|are of a device/],
  ['a status', 'UPDATE plan_device SET status = 3 WHERE row = 2', /DEV0002: its status does not follow/],
  ['a state', `UPDATE plan_device SET state = replace(state, '"1.0.0"', '"1.0.1"') WHERE row = 2`, /DEV0002.*checksum/],
  ['a version', `UPDATE device SET versions = replace(versions, '2.0.0', '2.0.1')`, /DEV0001 is not what was written/],
  [
    'a device twice',
    'INSERT INTO plan_device SELECT 4, plan_row, device_id, wave, phase, status, state, due_at, last_log, row_checksum FROM plan_device WHERE row = 3',
    /in a plan twice/,
  ],
  ['a document', `UPDATE plan SET document = replace(document, '"retry":0', '"retry":1')`, /not what its digest says/],
])('finds %s that was changed behind its back', async (_, sql, problem) => {
  const { folder } = await rolledOut();
  change(folder, sql);
  expect((await verifyFolder(folder)).problems.join('\n')).toMatch(problem);
});

test('a damaged row is found and not served, and its neighbours are', async () => {
  const { folder, world } = await rolledOut();
  change(folder, `UPDATE plan_device SET state = replace(state, '"1.0.0"', '"1.0.1"') WHERE row = 2`);
  await world.restart();
  await expect(world.device('DEV0002').message()).rejects.toThrow(/damaged/);
  expect((await world.device('DEV0003').message()).plan?.name).toBe('March');
  await world.pass(25 * 3_600_000);
  await world.store.close();
});

test('a running server makes a backup that is whole, and it is restored', async () => {
  const server = await running();
  const { bytes } = await addPackage(server, '2.0.0');
  const target = join(folder(), 'backup');
  await expect(backupFolder(server.dataDir, target)).rejects.toMatchObject({ failure: 'locked' });
  const writing = Promise.all(
    Array.from({ length: 20 }, (_, index) => register(server, [`MORE${String(index).padStart(4, '0')}`])),
  );
  await askForBackup(server.dataDir, target);
  await writing;
  expect(await verifyFolder(target)).toMatchObject({ problems: [], packageFiles: 1 });
  await expect(askForBackup(server.dataDir, target)).rejects.toThrow(/not empty/);

  const restored = join(folder(), 'restored');
  await restoreFolder(target, restored);
  const again = await run({ reuse: restored });
  ends.push(() => again.server.close());
  expect((await again.call('GET', '/ota/v1/packages')).json.items).toHaveLength(1);
  const devices = await again.call('GET', `/v2/devicemgr/r3/openapi/product/device/overview?productKey=${product}`);
  expect(devices.json.total).toBeGreaterThanOrEqual(2);
  expect(bytes.length).toBe(3000);
});

test('a damaged package file is found, and such a backup is not restored', async () => {
  const server = await running();
  const { sha256 } = await addPackage(server, '2.0.0');
  const target = join(folder(), 'backup');
  await askForBackup(server.dataDir, target);
  const file = join(target, 'files', sha256.slice(0, 2), sha256);
  const content = readFileSync(file);
  content[1000] = (content[1000] ?? 0) ^ 1;
  writeFileSync(file, content);
  expect((await verifyFolder(target)).problems).toEqual([expect.stringContaining('fw.bin')]);
  await expect(restoreFolder(target, join(folder(), 'restored'))).rejects.toThrow(/damaged and was not restored/);
});

test('who does not know the folder’s key gets no backup', async () => {
  const server = await running();
  const reply = await server.call('POST', '/folder/backup', { body: '/tmp/x', authorization: 'Folder none' });
  expect(reply.status).toBe(401);
});
