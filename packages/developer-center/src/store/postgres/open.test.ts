import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { randomHistories } from '../../center/random-histories.ts';
import { component, hour, plan, product, World } from '../../center/test-world.ts';
import { systemClock } from '../../clock.ts';
import { step } from '../../engine/index.ts';
import { layDown, missingFrom, oldPostgres } from '../../testing/old-databases.ts';
import { findPostgres } from '../../testing/postgres.ts';
import { firstAccount } from '../accounts.ts';
import { storeConformance } from '../conformance/index.ts';
import type { Store } from '../store.ts';
import { Database } from './database.ts';
import { openPostgresStore } from './open.ts';

const postgres = await findPostgres();
const why = typeof postgres === 'string' ? ` (skipped: ${postgres})` : '';

describe.skipIf(typeof postgres === 'string')(`the store in PostgreSQL${why}`, () => {
  const server = typeof postgres === 'string' ? null : postgres;
  afterAll(() => server?.stop(), 60_000);
  const random = (count: number) => randomBytes(count);
  const database = async () => (await server?.database()) ?? '';
  const open = (url: string) => openPostgresStore({ url, clock: systemClock, random });

  storeConformance(async () => {
    const url = await database();
    return { open: () => open(url), remove: async () => {} };
  });

  describe('the whole of Developer Center on it', () => {
    beforeAll(() => {
      World.newStore = async () => {
        const url = await database();
        return { folder: '', open: (clock) => openPostgresStore({ url, clock, random }), remove: async () => {} };
      };
    });
    test('random histories leave every counter exact', () => randomHistories(5), 120_000);
  });

  test('a plan message costs two questions, however many components and plans a device has', async () => {
    const url = await database();
    World.newStore = async () => ({
      folder: '',
      open: (clock) => openPostgresStore({ url, clock, random }),
      remove: async () => {},
    });
    const world = await World.with(['DEV1', 'DEV2']);
    const both = [component('FOTA'), component('STM32', { type: 'mcu', target: '1.9.0' })];
    const first = plan({ components: both, mode: { kind: 'silent', push: 'onRequest', afterRejectionMinutes: 120 } });
    const old = await world.activate(first);
    await world.device('DEV1').asks('1.0.0', '1.8.0');
    await world.center.terminatePlan(old, {}, 'key');
    await world.activate({ ...first, name: 'April' });
    await world.device('DEV1').asks('1.0.0', '1.8.0');
    const asked = vi.spyOn(Client.prototype, 'query');
    const told = (await world.device('DEV1').message()).plan;
    expect(told).toMatchObject({
      name: 'April',
      components: [{ identifier: 'FOTA' }, { identifier: 'STM32', space: 1000 }],
    });
    expect(asked).toHaveBeenCalledTimes(2);
    asked.mockClear();
    expect((await world.device('DEV2').message()).plan).toBeNull();
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
    await world.end();
  });

  test('a database of a newer version is refused, and one that is not there', async () => {
    const url = await database();
    await (await open(url)).close();
    const db = await Database.open(url, 1);
    await db.run('UPDATE otaplan_schema SET version = 999');
    await db.close();
    await expect(open(url)).rejects.toMatchObject({ failure: 'newer' });
    const nowhere = new URL(url);
    nowhere.pathname = '/nowhere';
    await expect(open(nowhere.href)).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test.each(oldPostgres)(
    '%s, as an older version wrote it, is brought forward with all that is in it',
    async (name) => {
      const url = await database();
      const folder = mkdtempSync(join(tmpdir(), 'otaplan-store-'));
      const old = await layDown(name, folder, url);
      // Two at once: one of them brings it forward.
      const [one, two] = await Promise.all([open(url), open(url)]);
      expect(await missingFrom(one, old)).toEqual([]);
      await Promise.all([one.close(), two.close()]);
      rmSync(folder, { recursive: true });
    },
  );

  test('the password of the database is never told', async () => {
    for (const change of ['host', 'password', 'pathname'] as const) {
      const url = new URL(await database());
      const { password } = url;
      if (change === 'host') url.host = '127.0.0.1:1';
      else url[change] = change === 'password' ? 'canary-of-a-secret' : '/nowhere';
      const failure = await open(url.href).then(String, (error: unknown) =>
        inspect(error, { depth: 9, showHidden: true }),
      );
      expect(failure).toMatch(/cannot be reached/);
      expect(failure).not.toContain(password);
      expect(failure).not.toContain('canary-of-a-secret');
    }
  });

  test('two replicas count exactly, each in its slot, and take turns at what is due', async () => {
    const url = await database();
    const [one, two] = await Promise.all([open(url), open(url)]);
    await one.registry.registerProducts(firstAccount, [{ productKey: product, name: 'Tracker' }], 'key', 1);
    const keys = Array.from({ length: 300 }, (_, index) => `DEV${String(index).padStart(4, '0')}`);
    await one.registry.registerDevices(
      product,
      keys.map((deviceKey) => ({ deviceKey })),
      'key',
      1,
    );
    await one.plans.createPlan(firstAccount, 'p1', plan(), 'key', 1);
    const targets = await two.plans.targetDevices(product, { after: '' }, Number.MAX_SAFE_INTEGER, 1000);
    await two.plans.addPlanDevices(
      'p1',
      targets.map(({ id }) => ({ id, wave: 0 })),
    );
    await one.plans.changePlan('p1', () => ({ status: 'upgrading' }), 'key', 2);

    const facts = {
      versions: [{ identifier: 'FOTA', type: 'module' as const, version: '1.0.0' }],
      online: true,
      autoUpgrade: false,
    };
    const issue = (store: Store, deviceKey: string) =>
      store.plans.inDevice(product, deviceKey, 100, (session) => {
        for (const run of session.runs)
          run.keep(step(run.plan, run.state, facts, { kind: 'issue', cause: 'schedule' }, 100, () => 0.5));
      });
    // Every device by both at once: one of them finds it issued.
    await Promise.all(keys.flatMap((key) => [issue(one, key), issue(two, key)]));
    expect((await two.plans.findPlan('p1'))?.counts).toMatchObject({ inProgress: 300, devices: { upgrading: 0 } });
    for (const key of ['DEV0000', 'DEV0150', 'DEV0299']) {
      const log = await one.plans.componentLog('p1', key, null, 0, 100);
      expect(log.filter(({ text }) => text.startsWith('Plan issued'))).toHaveLength(1);
    }
    // What is due is done by one of them.
    const later = 100 + 25 * hour;
    const seen: string[] = [];
    const due = (store: Store) => store.plans.inDue(later, 100, (run) => void seen.push(run.device.deviceKey));
    await Promise.all([due(one), due(two), due(one), due(two)]);
    const touched = new Set(seen);
    expect(touched.size).toBeGreaterThan(0);
    const end = Date.parse('2027-03-08T08:00:00Z');
    const [mine, theirs] = [await one.plans.duePlans(end), await two.plans.duePlans(end)];
    expect([mine, theirs]).toEqual([['p1'], []]);
    await one.close();
    expect(await two.plans.duePlans(end)).toEqual(['p1']);
    expect(await two.plans.verify()).toEqual([]);
    await two.close();
  });

  test('replicas hear of each other, and an activation waits for another', async () => {
    const url = await database();
    const [one, two] = await Promise.all([open(url), open(url)]);
    const heard = new Promise<string>((resolve) => {
      two.shared?.relay.hear(resolve, () => {}).then(() => one.shared?.relay.tell('a hint'), resolve);
    });
    expect(await heard).toBe('a hint');
    const order: string[] = [];
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const first = one.plans.activateAlone?.(async () => {
      begin();
      await finished;
      order.push('one');
    });
    await begun;
    const second = two.plans.activateAlone?.(async () => void order.push('two'));
    finish();
    await Promise.all([first, second]);
    expect(order).toEqual(['one', 'two']);
    expect(await one.shared?.secret('s', () => 'mine')).toBe('mine');
    expect(await two.shared?.secret('s', () => 'theirs')).toBe('mine');
    await Promise.all([one.close(), two.close()]);
  });

  test('connections that break are made again, and what may have been missed is told', async () => {
    const url = await database();
    const [one, two] = await Promise.all([open(url), open(url)]);
    const heard: string[] = [];
    let missed = () => {};
    const again = new Promise<void>((resolve) => {
      missed = resolve;
    });
    await two.shared?.relay.hear((hint) => void heard.push(hint), missed);
    const db = await Database.open(url, 1);
    await db.run(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await again;
    one.shared?.relay.tell('after');
    await vi.waitFor(() => expect(heard).toEqual(['after']), 10_000);
    await one.registry.registerProducts(firstAccount, [{ productKey: product, name: 'Tracker' }], 'key', 1);
    expect(await two.registry.findProduct(product)).not.toBeNull();
    await db.close();
    await Promise.all([one.close(), two.close()]);
  });
});
