import { expect, test } from 'vitest';
import { plan as planDocument, product } from '../center/test-world.ts';
import { newDeviceState, step } from '../engine/index.ts';
import { firstAccount } from './accounts.ts';
import type { DeviceFilter } from './plans.ts';
import type { NewDevice } from './registry.ts';
import type { Store } from './store.ts';

/** What every adapter of the store must do. `open` opens the same data again after `close`. */
export function storeConformance(make: () => Promise<{ open(): Promise<Store>; remove(): Promise<void> }>): void {
  const withStore = (name: string, check: (store: Store, again: () => Promise<Store>) => Promise<void>) =>
    test(name, async () => {
      const { open, remove } = await make();
      let store = await open();
      await check(store, async () => {
        await store.close();
        store = await open();
        return store;
      });
      await store.close();
      await remove();
    });
  const devices = (count: number): NewDevice[] =>
    Array.from({ length: count }, (_, index) => ({ deviceKey: `DEV${String(index).padStart(4, '0')}` }));
  const register = async (store: Store, count: number) => {
    await store.registry.registerProducts(firstAccount, [{ productKey: product, name: 'Tracker' }], 'key', 1);
    await store.registry.registerDevices(product, devices(count), 'key', 1);
  };
  const activate = async (store: Store, count: number) => {
    await register(store, count);
    await store.plans.createPlan(firstAccount, 'p1', planDocument(), 'key', 1);
    const targets = await store.plans.targetDevices(product, { after: '' }, Number.MAX_SAFE_INTEGER, 10_000);
    await store.plans.addPlanDevices(
      'p1',
      targets.map(({ id }, index) => ({ id, wave: index % 2 })),
    );
    await store.plans.changePlan('p1', () => ({ status: 'upgrading' }), 'key', 2);
  };
  const facts = {
    versions: [{ identifier: 'FOTA', type: 'module' as const, version: '1.0.0' }],
    online: true,
    autoUpgrade: false,
  };

  withStore('what was written is there after it was opened again', async (store, again) => {
    await register(store, 3);
    const key = { key: 'k', account: firstAccount, role: 'owner' as const, secret: 's', name: 'n', createdAt: 1 };
    const put = [{ ...key, expiresAt: null, usedAt: null }];
    await store.accounts.changeAccessKeys(firstAccount, () => ({ put, result: null }));
    const reopened = await again();
    expect(await reopened.accounts.findAccessKey('k')).toMatchObject({ role: 'owner', secret: 's' });
    expect(await reopened.registry.findDevice(product, 'DEV0002')).toMatchObject({
      deviceKey: 'DEV0002',
      versions: [],
    });
    expect((await reopened.registry.listAudit(firstAccount, 10, null)).items.map(({ action }) => action)).toEqual([
      'registerDevices',
      'registerProducts',
    ]);
  });

  withStore('registering again is harmless', async (store) => {
    await register(store, 3);
    expect(await store.registry.registerDevices(product, devices(4), 'key', 1)).toEqual({ created: 1, unchanged: 3 });
    expect(await store.registry.registerDevices('none', devices(1), 'key', 1)).toBeNull();
    expect(
      await store.registry.registerProducts(firstAccount, [{ productKey: product, name: 'New' }], 'key', 1),
    ).toMatchObject({
      renamed: 1,
    });
    expect(await store.registry.listDevices({ productKey: product, now: 1 }, 2, 3)).toMatchObject({ total: 4 });
  });

  withStore('accounts have names, keys, products, packages, plans and an audit trail of their own', async (store) => {
    const key = (name: string, account: string) => {
      const about = { account, role: 'owner' as const, secret: 's', name, createdAt: 1, expiresAt: null, usedAt: null };
      return { key: name, ...about };
    };
    const other = { id: 'other', name: 'Other', createdAt: 5, closedAt: null };
    const audit = { account: firstAccount, time: 5, who: 'key', action: 'openAccount', subject: 'other', detail: '' };
    expect(await store.accounts.addAccount(other, key('k1', 'other'), audit)).toBe(true);
    expect(await store.accounts.addAccount({ ...other, id: 'x', name: 'other ' }, key('k2', 'x'), audit)).toBe(false);
    expect(await store.accounts.listAccounts()).toMatchObject([{ id: firstAccount }, other]);

    const change = store.accounts.changeAccessKeys('other', (keys) => ({
      put: [...keys.map((each) => ({ ...each, expiresAt: 9 })), key('k3', 'other')],
      audit: { time: 6, who: 'k1', action: 'rotateAccessKey', subject: 'k1', detail: '' },
      result: keys.length,
    }));
    expect(await change).toBe(1);
    await store.accounts.accessKeyUsed('k1', 7);
    expect(await store.accounts.findAccessKey('k1')).toMatchObject({ account: 'other', expiresAt: 9, usedAt: 7 });
    expect((await store.accounts.listAccessKeys('other')).map(({ key: each }) => each)).toEqual(['k1', 'k3']);
    expect(await store.accounts.listAccessKeys(firstAccount)).toEqual([]);
    await store.accounts.changeAccessKeys(firstAccount, () => ({ remove: ['k1'], result: null }));
    expect(await store.accounts.findAccessKey('k1')).not.toBeNull();
    const refusing = () => {
      throw new Error('the last one');
    };
    await expect(store.accounts.changeAccessKeys('other', refusing)).rejects.toThrow('the last one');
    await store.accounts.changeAccessKeys('other', () => ({ remove: ['k1'], result: null }));
    expect(await store.accounts.findAccessKey('k1')).toBeNull();

    await activate(store, 1);
    const theirs = [{ productKey: 'theirs', name: 'Theirs' }];
    await store.registry.registerProducts('other', theirs, 'key', 8);
    expect(await store.registry.registerProducts('other', [{ productKey: product, name: 'X' }], 'key', 1)).toEqual({
      foreign: product,
    });
    expect((await store.registry.listProducts('other', 1, 10)).items.map(({ productKey }) => productKey)).toEqual([
      'theirs',
    ]);
    const owners = await Promise.all([
      store.accounts.ownerOf('plan', 'p1'),
      store.accounts.ownerOf('product', 'theirs'),
      store.accounts.ownerOf('package', 'none'),
    ]);
    expect(owners).toEqual([firstAccount, 'other', null]);
    expect(await store.plans.createPlan('other', 'p2', planDocument({ product: 'theirs' }), 'key', 9)).toMatchObject({
      account: 'other',
    });
    expect((await store.plans.listPlans('other', {}, 10, null)).items.map(({ id }) => id)).toEqual(['p2']);
    expect((await store.plans.findPlanByName('other', 'march'))?.id).toBe('p2');
    expect((await store.plans.findPlanByName(firstAccount, 'march'))?.id).toBe('p1');
    const record = { name: 'FW', type: 'module' as const, version: '2.0.0', sourceVersion: null, remarks: '' };
    const file = (name: string) => ({ name, size: 7, sha256: name, md5: null, crc32: null, uploaded: false });
    const files = [file('z.bin'), file('a.bin')];
    const made = { ...record, files, complete: true, verification: 'notVerified' as const, createdAt: 1 };
    expect(await store.packages.createPackage({ ...made, id: 'a', account: firstAccount }, 'key')).toBe('created');
    expect(await store.packages.createPackage({ ...made, id: 'b', account: 'other' }, 'key')).toBe('created');
    const wanted = (version: string, sourceVersion: string | null) =>
      ({ type: 'module', version, sourceVersion }) as const;
    const resolved = await store.packages.resolvePackages('other', [
      wanted('2.0.0', '1.0.0'),
      wanted('2.0.0', null),
      wanted('3.0.0', null),
    ]);
    expect(resolved.map((found) => found?.id ?? null)).toEqual([null, 'b', null]);
    expect(await store.packages.resolvePackages('other', [])).toEqual([]);
    expect(resolved[1]).toEqual(await store.packages.findPackage('b'));
    expect((await store.packages.listPackages('other', {}, 10, null)).items.map(({ id }) => id)).toEqual(['b']);
    // The first account's activated plan needs its own package of that version, not this one.
    expect(await store.packages.deletePackage('b', 'key', 10)).toMatchObject({ kind: 'deleted' });
    expect((await store.registry.listAudit('other', 100, null)).items.map(({ action }) => action)).toEqual([
      'deletePackage',
      'createPackage',
      'createPlan',
      'registerProducts',
      'rotateAccessKey',
    ]);
  });

  withStore('an account is closed, opened again, and deleted with all it has, piece by piece', async (store, again) => {
    const about = { role: 'owner' as const, secret: 's', name: 'n', createdAt: 1, expiresAt: null, usedAt: null };
    const audit = { account: firstAccount, time: 5, who: 'key', action: 'act', subject: 'other', detail: '' };
    const other = { id: 'other', name: 'Other', createdAt: 5, closedAt: null };
    await store.accounts.addAccount(other, { ...about, key: 'k1', account: 'other' }, audit);
    expect(await store.accounts.setAccountClosed('none', 9, [audit])).toBeNull();
    expect(await store.accounts.setAccountClosed('other', 9, [audit])).toEqual({ ...other, closedAt: 9 });
    expect(await store.accounts.findAccessKey('k1')).toBeNull();
    expect((await store.accounts.listAccessKeys('other')).map(({ key }) => key)).toEqual(['k1']);
    await store.accounts.setAccountClosed('other', null, [audit]);
    expect(await store.accounts.findAccessKey('k1')).toMatchObject({ account: 'other' });

    await activate(store, 25);
    await store.plans.inDevice(product, 'DEV0024', 100, ({ runs }) => {
      for (const run of runs) {
        const take = (event: Parameters<typeof step>[3]) =>
          run.keep(step(run.plan, run.state, facts, event, 100, () => 0.5));
        take({ kind: 'issue', cause: 'schedule' });
        const report = { id: 'r', kind: 'status', planId: 'p1', identifier: 'FOTA', attempt: 1 } as const;
        for (const status of ['planReceived', 'upgradeConfirmed', 'upgradeFailed'] as const)
          take({ kind: 'report', report: { ...report, status } });
      }
    });
    expect((await store.plans.findPlan('p1'))?.counts.failedForGood).toBe(1);
    expect(await store.plans.erasePlan('p1', 20)).toBe(false);
    expect((await store.plans.findPlan('p1'))?.counts).toMatchObject({ failedForGood: 0, devices: { total: 5 } });
    expect(await (await again()).plans.verify()).toEqual([]);
  });

  withStore('what is deleted leaves nothing, and its keys are free', async (store) => {
    await activate(store, 25);
    const steps = async (one: () => Promise<boolean>) => {
      for (let count = 1; ; count++) if (await one()) return count;
    };
    expect(await steps(() => store.plans.erasePlan('p1', 10))).toBe(4);
    expect(await store.plans.erasePlan('p1', 10)).toBe(true);
    expect(await store.plans.findPlan('p1')).toBeNull();
    expect(await steps(() => store.registry.eraseProduct(product, 20))).toBe(3);
    expect(await store.registry.findProduct(product)).toBeNull();
    expect(await store.plans.verify()).toEqual([]);
    const audit = { account: firstAccount, time: 5, who: 'key', action: 'act', subject: 'other', detail: '' };
    const key = { role: 'owner' as const, secret: 's', name: 'n', createdAt: 1, expiresAt: null, usedAt: null };
    const other = { id: 'other', name: 'Other', createdAt: 5, closedAt: null };
    await store.accounts.addAccount(other, { ...key, key: 'k1', account: 'other' }, audit);
    await store.registry.registerProducts('other', [{ productKey: product, name: 'Theirs' }], 'key', 1);
    await store.registry.registerDevices(product, devices(3), 'key', 1);
    // A device of that name was remembered by its old number.
    const name = (deviceKey: string) =>
      store.plans.inDevice(product, deviceKey, 1, ({ device }) => device.deviceKey).then((done) => done?.value);
    expect(await name('DEV0001')).toBe('DEV0001');
    while (!(await store.registry.eraseProduct(product, 20)));
    expect(await store.plans.inDevice(product, 'DEV0001', 1, () => true)).toBeNull();
    await store.registry.registerProducts('other', [{ productKey: product, name: 'Theirs' }], 'key', 1);
    await store.registry.registerDevices(product, devices(3), 'key', 1);
    expect(await name('DEV0001')).toBe('DEV0001');
    while (!(await store.registry.eraseProduct(product, 20)));
    await store.accounts.removeAccount('other', { ...audit, action: 'deleteAccount' });
    await store.accounts.removeAccount('other', audit);
    expect(await store.accounts.listAccounts()).toMatchObject([{ id: firstAccount }]);
    expect(await store.accounts.listAccessKeys('other')).toEqual([]);
    expect((await store.registry.listAudit('other', 10, null)).items).toEqual([]);
    expect((await store.registry.listAudit(firstAccount, 1, null)).items).toMatchObject([{ action: 'deleteAccount' }]);
  });

  withStore('an idempotency key is claimed once', async (store) => {
    const claim = (fingerprint: string, now = 10) =>
      store.accounts.claimIdempotencyKey('w', 'k', fingerprint, now, 1000);
    const [first, second] = await Promise.all([claim('a'), claim('a')]);
    expect([first, second]).toEqual([{ kind: 'claimed', again: false }, { kind: 'inProgress' }]);
    expect(await claim('b')).toEqual({ kind: 'reused' });
    expect(await claim('a', 2000)).toEqual({ kind: 'claimed', again: true });
    await store.accounts.keepReply('w', 'k', { status: 201, headers: '{}', body: 'x' });
    expect(await claim('a')).toEqual({ kind: 'done', reply: { status: 201, headers: '{}', body: 'x' } });
  });

  withStore('a work that fails leaves those beside it whole', async (store) => {
    await activate(store, 2);
    const results = await Promise.allSettled([
      store.registry.registerProducts(firstAccount, [{ productKey: 'q', name: 'Q' }], 'key', 1),
      store.plans.changePlan(
        'p1',
        () => {
          throw new Error('refused');
        },
        'key',
        3,
      ),
      store.plans.changePlan('p1', () => ({ status: 'suspended' }), 'key', 3),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.registry.findProduct('q')).not.toBeNull();
    expect((await store.plans.findPlan('p1'))?.status).toBe('suspended');
  });

  withStore('steps are kept with their log and counts, in one transaction', async (store, again) => {
    await activate(store, 3);
    const work = (failing: boolean) =>
      store.plans.inDevice(product, 'DEV0001', 100, (session) => {
        for (const run of session.runs) {
          run.keep(step(run.plan, run.state, facts, { kind: 'issue', cause: 'schedule' }, 100, () => 0.5));
        }
        if (failing) throw new Error('broken off');
        return 'done';
      });
    await expect(work(true)).rejects.toThrow('broken off');
    expect((await store.plans.findPlanDevice('p1', 'DEV0001'))?.state).toEqual(newDeviceState(1));
    expect(await work(false)).toMatchObject({
      value: 'done',
      touched: [{ deviceKey: 'DEV0001', messageChanged: true }],
    });
    const reopened = await again();
    expect((await reopened.plans.findPlanDevice('p1', 'DEV0001'))?.state.phase).toBe('issued');
    const log = await reopened.plans.componentLog('p1', 'DEV0001', null, 0, 100);
    expect(log.map(({ text }) => text.slice(0, 11))).toEqual(['The platfor', 'Plan issued', 'Result of i']);
    expect(await reopened.plans.componentLog('p1', 'DEV0001', null, log[1]?.id ?? 0, 100)).toHaveLength(1);
    expect((await reopened.plans.findPlan('p1'))?.counts).toMatchObject({ inProgress: 1, waves: [2] });
    expect(await reopened.plans.verify()).toEqual([]);
  });

  withStore('a long log is paged without a gap, also while it grows', async (store) => {
    await activate(store, 1);
    const result = { result: 'applied' } as const;
    const grow = async (lines: number, components: number) => {
      for (let written = 0; written < lines; written += 400) {
        await store.plans.inDevice(product, 'DEV0000', 100, ({ runs: [run] }) => {
          const line = (index: number) => {
            return {
              time: 100,
              component: index % components,
              attempt: 1,
              cause: 'device',
              text: 'a',
              reported: null,
            } as const;
          };
          if (run)
            run.keep({ state: run.state, lines: Array.from({ length: 400 }, (_, index) => line(index)), result });
        });
      }
    };
    const page = async (component: number | null, after: number, limit: number) =>
      (await store.plans.componentLog('p1', 'DEV0000', component, after, limit)).map(({ id }) => id);
    await grow(2400, 2);
    const whole = await page(null, 0, 10_000);
    expect([whole.length, whole.toSorted((a, b) => a - b)]).toEqual([2400, whole]);
    for (const limit of [700, 2399]) {
      const paged: number[] = [];
      for (let some = await page(null, 0, limit); some.length > 0; some = await page(null, paged.at(-1) ?? 0, limit))
        paged.push(...some);
      expect(paged).toEqual(whole);
    }
    const second = whole.filter((_, index) => index % 2 === 1);
    expect(await page(1, 0, 10_000)).toEqual(second);
    await grow(400, 2);
    expect((await page(null, whole.at(-1) ?? 0, 1000)).length).toBe(400);
    expect((await page(null, 0, 10_000)).slice(0, 2400)).toEqual(whole);
    expect((await page(1, second.at(-1) ?? 0, 150)).length).toBe(150);
  });

  withStore('pages neither skip nor repeat', async (store) => {
    await activate(store, 250);
    for (const filter of [{}, { search: 'ev00' }, { status: 'notUpgraded' }]) {
      const keys: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await store.plans.listPlanDevices('p1', filter, 37, cursor);
        keys.push(...page.items.map(({ deviceKey }) => deviceKey));
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      expect(keys).toEqual(devices(filter.search ? 100 : 250).map(({ deviceKey }) => deviceKey));
    }
  });

  withStore('a page of a status is full whenever there are enough of it, however rare it is', async (store) => {
    const many = 21_000;
    await register(store, many);
    await store.plans.createPlan(firstAccount, 'p1', planDocument(), 'key', 1);
    for (let after = ''; ; ) {
      const some = await store.plans.targetDevices(product, { after }, Number.MAX_SAFE_INTEGER, 10_000);
      if (some.length === 0) break;
      await store.plans.addPlanDevices(
        'p1',
        some.map(({ id }) => ({ id, wave: 0 })),
      );
      after = some.at(-1)?.deviceKey ?? '';
    }
    await store.plans.changePlan('p1', () => ({ status: 'upgrading' }), 'key', 2);
    const rare = ['DEV0005', 'DEV12000', 'DEV20990', 'DEV9999'];
    for (const key of rare) {
      await store.plans.inDevice(product, key, 100, ({ runs }) => {
        for (const run of runs) {
          run.keep(step(run.plan, run.state, facts, { kind: 'issue', cause: 'schedule' }, 100, () => 0.5));
          const report = { id: key, kind: 'status', planId: 'p1', identifier: 'FOTA', attempt: 1 } as const;
          const received = { kind: 'report', report: { ...report, status: 'planReceived' } } as const;
          run.keep(step(run.plan, run.state, facts, received, 100, () => 0.5));
        }
      });
    }
    const page = async (limit: number, cursor: string | null, search?: string) => {
      const found = await store.plans.listPlanDevices('p1', { status: 'upgrading', search }, limit, cursor);
      return { keys: found.items.map(({ deviceKey }) => deviceKey), next: found.nextCursor };
    };
    expect(await page(4, null)).toEqual({ keys: rare, next: null });
    const first = await page(3, null);
    expect(first.keys).toEqual(rare.slice(0, 3));
    expect(await page(3, first.next)).toEqual({ keys: rare.slice(3), next: null });
    expect(await page(3, null, '2099')).toEqual({ keys: ['DEV20990'], next: null });
    const others = await store.plans.listPlanDevices('p1', { status: 'notUpgraded' }, 500, first.next);
    expect(others.items.map(({ deviceKey }) => deviceKey).slice(0, 2)).toEqual(['DEV20991', 'DEV20992']);
    expect(others.items).toHaveLength(500);
  });

  /** Issues the plan to devices of it, which fail at once. */
  const fail = async (store: Store, keys: readonly string[], cause: (index: number) => string, now: number) => {
    for (const [index, key] of keys.entries()) {
      await store.plans.inDevice(product, key, now, (session) => {
        for (const run of session.runs) {
          const take = (event: Parameters<typeof step>[3]) =>
            run.keep(step(run.plan, run.state, facts, event, now, () => 0.5));
          take({ kind: 'issue', cause: 'device' });
          for (const status of ['planReceived', 'upgradeConfirmed', 'upgradeFailed'] as const) {
            const report = {
              id: `${status} ${now}`,
              kind: 'status',
              planId: 'p1',
              identifier: 'FOTA',
              attempt: 1,
            } as const;
            take({
              kind: 'report',
              report: { ...report, status, ...(status === 'upgradeFailed' ? { cause: cause(index) } : {}) },
            });
          }
        }
      });
    }
  };

  withStore('failed devices of a cause are listed, as many as the counters say', async (store, again) => {
    await activate(store, 120);
    const keys = devices(100).map(({ deviceKey }) => deviceKey);
    const causeOf = (index: number) => (index % 4 === 0 ? 'no space' : index % 4 === 1 ? 'a\0b' : 'no signal');
    await fail(store, keys, causeOf, 100);
    const reopened = await again();
    const listed = async (filter: DeviceFilter) => {
      const found: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await reopened.plans.listPlanDevices('p1', filter, 7, cursor);
        found.push(...page.items.map(({ deviceKey }) => deviceKey));
        expect(page.items.length).toBeLessThanOrEqual(7);
        cursor = page.nextCursor;
        if (cursor === null) return found;
      }
    };
    const causes = await reopened.plans.failureCauses('p1');
    expect(causes).toHaveLength(3);
    for (const { cause, devices: count } of causes) {
      const found = await listed({ cause });
      expect(found).toEqual(keys.filter((_, index) => causeOf(index).replace('\0', '\ufffd') === cause));
      expect(found).toHaveLength(count);
      expect(await listed({ cause, status: 'upgradeFailed' })).toEqual(found);
    }
    expect(await listed({ cause: 'no space', search: 'dev000' })).toEqual(['DEV0000', 'DEV0004', 'DEV0008']);
    expect(await listed({ cause: 'no space', status: 'upgraded' })).toEqual([]);
    expect(await listed({ cause: 'no such cause' })).toEqual([]);
  });

  withStore('the line over time has a point for each second of a rollout that has just begun', async (store) => {
    await activate(store, 6);
    const [begin, keys] = [1_000_000_000_000, devices(6).map(({ deviceKey }) => deviceKey)];
    await store.plans.changePlan('p1', ({ state }) => ({ state: { ...state, activatedAt: begin } }), 'key', begin);
    for (const [index, seconds] of [2, 2, 5, 1200, 1204, 90_000].entries()) {
      await fail(store, keys.slice(index, index + 1), () => 'x', begin + seconds * 1000);
    }
    expect(await store.plans.timeline('p1')).toEqual(
      [
        [2, 2],
        [5, 3],
        [1200, 5],
        [90_000 - (((begin + 90_000_000) / 1000) % 60), 6],
      ].map(([seconds = 0, failed]) => ({ time: begin + seconds * 1000, upgraded: 0, failed })),
    );
  });

  withStore('a package that an activated plan needs is not deleted', async (store) => {
    await activate(store, 1);
    const record = {
      id: 'x',
      account: firstAccount,
      name: 'FW',
      type: 'module' as const,
      version: '2.0.0',
      sourceVersion: null,
      remarks: '',
    };
    const made = { ...record, files: [], complete: true, verification: 'notVerified' as const, createdAt: 1 };
    expect(await store.packages.createPackage(made, 'key')).toBe('created');
    expect(await store.packages.createPackage({ ...made, id: 'y', name: 'fw ' }, 'key')).toBe('nameTaken');
    expect(await store.packages.createPackage({ ...made, id: 'y', name: 'FW 2' }, 'key')).toBe('exists');
    expect(await store.packages.deletePackage('x', 'key', 1)).toEqual({ kind: 'inUse', planName: 'March' });
    await store.plans.changePlan('p1', () => ({ status: 'finished' }), 'key', 3);
    expect(await store.packages.deletePackage('x', 'key', 1)).toMatchObject({ kind: 'deleted' });
  });

  withStore(
    'a text that a database cannot keep is kept with replacement characters, alike in all',
    async (store, again) => {
      const [hostile, kept] = ['a\0b\ud800c\u0007😀', 'a\ufffdb\ufffdc\u0007😀'];
      await activate(store, 2);
      await store.registry.registerProducts(firstAccount, [{ productKey: 'q', name: hostile }], hostile, 1);
      await store.registry.registerDevices(product, [{ deviceKey: 'DEV0001', name: hostile }], 'key', 1);
      await store.registry.appendAudit({
        account: firstAccount,
        time: 1,
        who: hostile,
        action: hostile,
        subject: hostile,
        detail: hostile,
      });
      expect(await store.accounts.claimIdempotencyKey(hostile, hostile, 'f', 1, 1000)).toMatchObject({
        kind: 'claimed',
      });
      await store.accounts.keepReply(hostile, hostile, { status: 200, headers: '{}', body: hostile });
      const file = { name: 'f', size: 1, sha256: 'a', md5: null, crc32: null, uploaded: false };
      const about = {
        id: 'x',
        account: firstAccount,
        name: hostile,
        type: 'module' as const,
        version: '9',
        sourceVersion: null,
        remarks: hostile,
      };
      const more = { files: [file], complete: false, verification: 'notVerified' as const, createdAt: 1 };
      expect(await store.packages.createPackage({ ...about, ...more }, 'key')).toBe('created');
      const report = { id: hostile, kind: 'status', planId: 'p1', identifier: 'FOTA', attempt: 1 } as const;
      await store.plans.inDevice(product, 'DEV0001', 100, (session) => {
        session.report([{ identifier: hostile, type: 'module', version: hostile }], {}, hostile);
        for (const run of session.runs) {
          const take = (event: Parameters<typeof step>[3]) =>
            run.keep(step(run.plan, run.state, facts, event, 100, () => 0.5));
          take({ kind: 'issue', cause: 'device' });
          take({ kind: 'report', report: { ...report, status: 'planReceived' } });
          take({ kind: 'report', report: { ...report, status: 'upgradeConfirmed' } });
          take({ kind: 'report', report: { ...report, status: 'upgradeFailed', cause: hostile } });
        }
      });

      const reopened = await again();
      expect(await reopened.registry.findProduct('q')).toMatchObject({ productKey: 'q', name: kept });
      // Whatever is packed comes back as it was sent.
      expect(await reopened.registry.findDevice(product, 'DEV0001')).toMatchObject({
        name: kept,
        versions: [{ identifier: hostile, version: hostile }],
        lastReports: [hostile],
      });
      const [audit] = (await reopened.registry.listAudit(firstAccount, 1, null)).items;
      expect(audit).toMatchObject({ who: 'key', action: 'createPackage', subject: kept });
      expect((await reopened.registry.listAudit(firstAccount, 2, null)).items[1]).toMatchObject({
        who: kept,
        action: kept,
        detail: kept,
      });
      expect(await reopened.accounts.claimIdempotencyKey(hostile, hostile, 'f', 1, 1000)).toMatchObject({
        kind: 'done',
        reply: { body: kept },
      });
      expect(await reopened.packages.findPackage('x')).toMatchObject({ name: kept, remarks: kept });
      const log = await reopened.plans.componentLog('p1', 'DEV0001', null, 0, 100);
      expect(log.at(-1)?.text).toContain(kept);
      expect((await reopened.plans.findPlanDevice('p1', 'DEV0001'))?.state.components[0]?.cause).toBe(hostile);
      expect(await reopened.plans.failureCauses('p1')).toEqual([{ cause: kept, devices: 1 }]);
      expect(await reopened.plans.verify()).toEqual([]);
    },
  );
}
