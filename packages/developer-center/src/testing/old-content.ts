import { plan, product, type World } from '../center/test-world.ts';
import { firstAccount } from '../store/accounts.ts';
import type { Store } from '../store/store.ts';

const keys = ['DEV1', 'DEV2', 'DEV3', 'DEV4', 'DEV5'];

/** Has a world do everything that leaves rows: devices of every status, causes that are hard to keep, plans of every kind, packages, keys. */
export async function fillWorld(world: World): Promise<void> {
  const { center, store } = world;
  const key = { key: 'AK1', account: firstAccount, role: 'owner' as const, secret: 'sealed', name: 'first key' };
  const put = [{ ...key, createdAt: 1, expiresAt: null, usedAt: null }];
  await store.accounts.changeAccessKeys(firstAccount, () => ({ put, result: null }));
  await store.accounts.claimIdempotencyKey('AK1', 'once', 'print', 1, 1000);
  await store.accounts.keepReply('AK1', 'once', { status: 200, headers: '{}', body: '{}' });
  await center.registerDevices(product, { devices: keys.map((deviceKey) => ({ deviceKey })) }, 'key');
  for (const deviceKey of keys) await world.device(deviceKey).says('1.0.0', '1.8.0');
  const targets = { all: false, include: keys, exclude: ['DEV9'], count: keys.length };
  await world.activate(plan({ targets, mode: { kind: 'silent', push: 'onRequest', afterRejectionMinutes: 120 } }));
  for (const deviceKey of keys.slice(0, 4)) await world.device(deviceKey).asks('1.0.0', '1.8.0');
  await world.device('DEV1').goes('FOTA', 'upgrading');
  await world.device('DEV1').says('2.0.0', '1.8.0');
  await world.device('DEV2').reports('FOTA', ['planReceived', 'upgradeConfirmed']);
  await world.device('DEV2').reports('FOTA', ['upgradeFailed'], 'a\0b\ud800 “c” 😀');
  await world.device('DEV3').reports('FOTA', ['planReceived', 'upgradeConfirmed']);
  await world.device('DEV3').reports('FOTA', ['upgradeFailed'], 'no room');
  await world.device('DEV4').goes('FOTA', 'downloading');
  await world.save(plan({ name: 'Draft', targets: { all: false, include: ['DEV1'], exclude: [], count: 1 } }));
  const over = await world.activate(plan({ name: 'Over', start: '2027-06-01T08:00', end: '2027-06-08T08:00' }));
  await center.terminatePlan(over, {}, 'key');
}

/** Everything that can be read of the first account. */
export async function readAll({ accounts, packages, plans, registry }: Store): Promise<unknown> {
  const devices = (await registry.listDevices({ productKey: product, now: 0 }, 1, 100)).items;
  const found = (await plans.listPlans(firstAccount, {}, 100, null)).items;
  const each = found.map(async ({ id, ...plan }) => {
    const rows = await plans.listPlanDevices(id, {}, 100, null);
    const failed = await plans.listPlanDevices(id, { status: 'upgradeFailed' }, 100, null);
    const logs = rows.items.map(({ deviceKey }) => plans.componentLog(id, deviceKey, null, 0, 500));
    const causes = await plans.failureCauses(id);
    return {
      plan,
      document: await plans.planDocument(id),
      rows,
      failed: failed.items.map(({ deviceKey }) => deviceKey),
      logs: await Promise.all(logs),
      causes: causes.toSorted((a, b) => (a.cause < b.cause ? -1 : 1)),
      timeline: await plans.timeline(id),
    };
  });
  return {
    devices,
    plans: await Promise.all(each),
    packages: await packages.listPackages(firstAccount, {}, 100, null),
    products: await registry.listProducts(firstAccount, 1, 100),
    audit: await registry.listAudit(firstAccount, 100, null),
    keys: await accounts.listAccessKeys(firstAccount),
    reply: await accounts.claimIdempotencyKey('AK1', 'once', 'print', 2, 1000),
    problems: await plans.verify(),
  };
}
