import { expect } from 'vitest';
import { product } from '../../center/test-world.ts';
import { newDeviceState, step } from '../../engine/index.ts';
import { firstAccount } from '../accounts.ts';
import { activate, devices, facts, register, type WithStore } from './bench.ts';

/** What is written: whole, once, and found again. */
export function rowsConformance(withStore: WithStore): void {
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
