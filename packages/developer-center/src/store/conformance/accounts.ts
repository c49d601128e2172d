import { expect } from 'vitest';
import { plan as planDocument, product } from '../../center/test-world.ts';
import { step } from '../../engine/index.ts';
import { firstAccount } from '../accounts.ts';
import { activate, devices, facts, type WithStore } from './bench.ts';

/** Accounts, their keys, and what goes with them. */
export function accountsConformance(withStore: WithStore): void {
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
}
