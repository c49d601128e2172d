import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { plan, World } from '../center/test-world.ts';
import { openPostgresStore } from '../store/postgres/open.ts';
import { findPostgres } from '../testing/postgres.ts';
import { addPackage, type Running, register, run } from '../testing/running.ts';
import { backupDatabase, restoreDatabase } from './dump.ts';
import { verifyDatabase } from './verify.ts';

const postgres = await findPostgres();
const tools = spawnSync('pg_dump', ['--version']).status === 0 ? null : 'pg_dump is not installed here';
const missing = typeof postgres === 'string' ? postgres : tools;

describe.skipIf(missing !== null)(
  `verify, backup and restore of PostgreSQL${missing === null ? '' : ` (skipped: ${missing})`}`,
  () => {
    const server = typeof postgres === 'string' ? null : postgres;
    const ends: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });
    afterAll(() => server?.stop(), 60_000);
    const database = async () => (await server?.database()) ?? '';
    const folder = () => {
      const path = mkdtempSync(join(tmpdir(), 'otaplan-dump-'));
      ends.push(() => rmSync(path, { recursive: true, force: true }));
      return path;
    };
    const change = async (url: string, sql: string) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    };
    const running = async (url: string, reuse?: string): Promise<Running> => {
      const started = await run({ database: url, ...(reuse === undefined ? {} : { reuse }) });
      ends.push(() => started.end());
      return started;
    };

    describe('verify', () => {
      let url = '';
      /** A rollout in which one device is done, laid down once and copied for each of the tests. */
      beforeAll(async () => {
        url = await database();
        World.newStore = async () => ({
          folder: '',
          open: (clock) => openPostgresStore({ url, clock, random: (count) => new Uint8Array(count) }),
          remove: async () => {},
        });
        const world = await World.with(['DEV0001', 'DEV0002', 'DEV0003']);
        await world.activate(plan());
        await world.pass(60_000);
        await world.device('DEV0001').goes('FOTA', 'upgrading');
        await world.device('DEV0001').says('2.0.0', '1.8.0');
        await world.store.close();
        // The bytes of packages are not part of that world.
        await change(url, 'DELETE FROM package_file; UPDATE package SET complete = true');
      });

      test('holds for a sound database, and says what it has', async () => {
        expect(await verifyDatabase(url, folder())).toMatchObject({ problems: [], plans: 1, planDevices: 3 });
      });

      test.each([
        [
          'a counter',
          `UPDATE counter SET count = count + 1 WHERE name = 'd.upgraded'`,
          /counter d\.upgraded says 2, there are 1/,
        ],
        ['a lost log line', `DELETE FROM log WHERE text LIKE 'Upgraded%'`, /was upgraded 0 times by its log, 1 by its/],
        ['a reported version', `UPDATE log SET reported = '9' WHERE text LIKE 'Upgraded%'`, /succeeded without having/],
        ['a status', 'UPDATE plan_device SET status = 3 WHERE row = 2', /DEV0002: its status does not follow/],
        ['a state', `UPDATE plan_device SET state = '[' WHERE row = 2`, /DEV0002: its row cannot be read/],
        ['a line of nobody', 'UPDATE log SET row = 77 WHERE row = 1', /log lines, \d+ of them are of a device/],
        [
          'a device twice',
          'INSERT INTO plan_device SELECT plan_row, 4, device_id, wave, phase, status, state, due_at FROM plan_device WHERE row = 3',
          /1 devices are in a plan twice/,
        ],
        ['a device of nothing', "DELETE FROM device WHERE key = 'DEV0003'", /in row 3: there is no such device/],
        [
          'a document',
          `UPDATE plan SET document = replace(document, '"retry":0', '"retry":1')`,
          /not what its digest says/,
        ],
        ['a package', 'UPDATE package SET complete = false', /says otherwise than its files/],
      ])('finds %s that was changed behind its back', async (_, sql, problem) => {
        const copy = (await server?.database(url)) ?? '';
        await change(copy, sql);
        expect((await verifyDatabase(copy, folder())).problems.join('\n')).toMatch(problem);
      });

      test('says what it cannot look at', async () => {
        await expect(verifyDatabase(await database(), folder())).rejects.toThrow(/no Developer Center/);
        const copy = (await server?.database(url)) ?? '';
        await change(copy, 'UPDATE otaplan_schema SET version = 1');
        await expect(verifyDatabase(copy, folder())).rejects.toThrow(/older version/);
        await change(copy, 'UPDATE otaplan_schema SET version = 999');
        await expect(verifyDatabase(copy, folder())).rejects.toMatchObject({ failure: 'newer' });
      });
    });

    test('a backup under writes is whole, and is restored into an empty database and folder', async () => {
      const url = await database();
      const started = await running(url);
      await register(started, ['DEV0001', 'DEV0002']);
      const { sha256 } = await addPackage(started, '2.0.0');
      const target = join(folder(), 'backup');
      const writing = Promise.all(
        Array.from({ length: 20 }, (_, index) => register(started, [`MORE${String(index).padStart(4, '0')}`])),
      );
      await backupDatabase(url, started.dataDir, target);
      await writing;
      expect(await verifyDatabase(url, started.dataDir)).toMatchObject({ problems: [], packageFiles: 1 });
      await expect(backupDatabase(url, started.dataDir, target)).rejects.toThrow(/not empty/);

      const [fresh, restored] = [await database(), join(folder(), 'restored')];
      await restoreDatabase(target, fresh, restored);
      const again = await running(fresh, restored);
      const packages = (await again.call('GET', '/ota/v1/packages')).json.items;
      expect(packages).toMatchObject([{ files: [{ sha256 }] }]);
      await expect(restoreDatabase(target, fresh, join(folder(), 'other'))).rejects.toThrow(/already/);
    }, 60_000);

    test('neither a password nor half a backup is left behind when a tool fails', async () => {
      const url = new URL(await database());
      url.password = 'canary-of-a-secret';
      const target = join(folder(), 'backup');
      const failure = await backupDatabase(url.href, folder(), target).then(String, String);
      expect(failure).toMatch(/pg_dump failed/);
      expect(failure).not.toContain('canary');
      expect(() => readFileSync(join(target, 'database.dump'))).toThrow(/ENOENT/);
    });
  },
);
