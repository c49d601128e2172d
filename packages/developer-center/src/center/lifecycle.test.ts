import { afterEach, describe, expect, test } from 'vitest';
import { component, hour, minute, plan, product, World } from './test-world.ts';

let world: World;
afterEach(async () => {
  expect(await world.problems()).toEqual([]);
  await world.end();
});

describe('one device, from activation to success', () => {
  test('goes the whole way, with a log in the order of the rules', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(plan());
    expect((await world.summary(id)).plan.status).toBe('toBeUpgraded');
    const message = await device.message();
    expect(message.plan?.components).toMatchObject([
      { identifier: 'FOTA', attempt: 1, sourceVersion: '1.0.0', targetVersion: '2.0.0', address: null, space: 1000 },
    ]);
    await device.goes('FOTA', 'planReceived');
    expect((await world.summary(id)).plan.status).toBe('upgrading');
    await device.reports('FOTA', ['upgradeConfirmed']);
    expect((await device.message()).plan?.components[0]?.address?.files).toMatchObject([
      { name: 'image.bin', url: 'https://files.example/image.bin', size: 1000 },
    ]);
    await device.reports('FOTA', ['readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading']);
    expect(await device.status(id)).toBe('upgrading');
    await device.says('2.0.0');
    expect(await device.components(id)).toEqual(['upgradeSucceeded']);
    expect(await device.status(id)).toBe('upgraded');
    expect((await device.message()).plan).toBeNull();
    expect(await world.summary(id)).toMatchObject({ devices: { total: 1, upgraded: 1 }, successRate: 100 });
    expect(await device.log(id)).toEqual([
      '1 schedule: The platform initiates the upgrade; versions reported: FOTA 1.0.0, STM32 1.8.0.',
      '1 platform: Plan issued: FOTA to 2.0.0.',
      '1 platform: Result of issuing: succeeded. The device is online and is told now.',
      '1 device: The device reports the plan available.',
      '1 device: Upgrade confirmed by the device.',
      '1 platform: Download address issued. Result: it is in the plan message.',
      '1 device: Waiting to download: the device has the address.',
      '1 device: Downloading.',
      '1 device: Download succeeded.',
      '1 device: Upgrading.',
      '1 device: Upgraded: the reported version 2.0.0 is equal to the target.',
    ]);
  });

  test('at the target nothing is required; without a way the reason stands in the log', async () => {
    world = await World.with(['ATTARGET', 'NOWAY', 'SILENT']);
    await world.device('ATTARGET').says('2.0.0');
    await world.device('NOWAY').says('0.5.0');
    const id = await world.activate(plan({ components: [component('FOTA', { sources: ['1.0.0'] })] }));
    expect(await world.device('ATTARGET').status(id)).toBe('noUpdateRequired');
    expect(await world.device('NOWAY').components(id)).toEqual(['planNotReceived']);
    await world.pass(hour);
    expect(await world.device('NOWAY').log(id)).toEqual([
      '0 schedule: Not issued: the reported version 0.5.0 is none of the specified versions 1.0.0.',
    ]);
    expect((await world.summary(id)).successRate).toBeNull();
  });

  test('reports that are late, repeated, of another attempt or an unknown component change nothing', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(plan());
    await device.goes('FOTA', 'downloading');
    const before = (await device.log(id)).length;
    for (let i = 0; i < 100; i++) {
      expect(await device.reportsTo(id, 'FOTA', 1, ['upgradeConfirmed', 'planReceived'])).toMatchObject([
        { result: 'ignored' },
        { result: 'ignored' },
      ]);
    }
    expect(await device.reportsTo(id, 'FOTA', 2, ['upgrading'])).toMatchObject([{ result: 'ignored' }]);
    expect(await device.reportsTo(id, 'NONE', 1, ['upgrading'])).toMatchObject([{ result: 'ignored' }]);
    expect(await device.reportsTo('nope', 'FOTA', 1, ['upgrading'])).toMatchObject([{ result: 'ignored' }]);
    expect(await device.components(id)).toEqual(['downloading']);
    expect((await device.log(id)).length).toBeLessThanOrEqual(before + 20);
    expect((await device.log(id))[before]).toBe(
      '1 device: Report ignored: Upgrade Confirmed of attempt 1. Upgrade Confirmed cannot follow Downloading.',
    );
  });

  test('“success” with the old version is a failure', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(plan());
    await device.goes('FOTA', 'upgrading');
    await device.says('1.0.0');
    expect(await device.status(id)).toBe('upgradeFailed');
    expect((await world.center.getPlanDevice(id, 'DEV1')).cause).toBe(
      'The device reports version 1.0.0 and not the target 2.0.0.',
    );
  });
});

describe('several components', () => {
  const both = plan({ components: [component('FOTA'), component('STM32')], retry: 1 });

  test('go in order: the next begins when the one before is done', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(both);
    await device.reports('STM32', ['planReceived']);
    expect(await device.reports('STM32', ['upgradeConfirmed'])).toMatchObject([{ result: 'ignored' }]);
    await device.goes('FOTA', 'upgrading');
    await device.says('2.0.0');
    expect(await device.status(id)).toBe('upgrading');
    await device.reports('STM32', [
      'upgradeConfirmed',
      'readyToDownload',
      'downloading',
      'downloadSucceeded',
      'upgrading',
    ]);
    await device.says('2.0.0', '1.9.0');
    expect(await device.components(id)).toEqual(['upgradeSucceeded', 'upgradeSucceeded']);
  });

  test('later ones wait for the retry and fail when no attempt is left', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(both);
    await device.goes('FOTA', 'downloading');
    await device.reports('FOTA', ['downloadFailed'], 'no signal');
    expect(await device.components(id)).toEqual(['downloadFailed', 'planNotReceived']);
    await world.pass(2 * minute);
    expect((await device.message()).plan?.components[0]).toMatchObject({ attempt: 2, status: 'planReceived' });
    expect(await device.reportsTo(id, 'FOTA', 1, ['downloading'])).toMatchObject([{ result: 'ignored' }]);
    await device.reports('FOTA', ['upgradeConfirmed', 'readyToDownload', 'downloading', 'downloadFailed'], 'no signal');
    expect(await device.components(id)).toEqual(['upgradeFailed', 'upgradeFailed']);
    expect(await device.log(id)).toContainEqual(
      '1 platform: Automatic retry 1 of 1 begins in 58 s because of: no signal',
    );
    expect(await device.log(id)).toContainEqual(
      '1 platform: Upgrade failed: the component FOTA before it failed and no attempt is left.',
    );
  });
});

describe('stopping in the middle of a rollout', () => {
  /** One device in every situation. */
  async function middle() {
    world = await World.with(['CONFIRMED', 'LOADING', 'NEW', 'OFFLINE', 'RECEIVED', 'REJECTED']);
    await world.center.deviceLeft(world.device('OFFLINE').identity);
    const id = await world.activate(plan({ retry: 2 }));
    await world.device('RECEIVED').goes('FOTA', 'planReceived');
    await world.device('REJECTED').reports('FOTA', ['planReceived', 'upgradeRejected']);
    await world.device('CONFIRMED').goes('FOTA', 'upgradeConfirmed');
    await world.device('LOADING').goes('FOTA', 'downloading');
    return id;
  }
  const statuses = async (id: string) =>
    Object.fromEntries(
      await Promise.all(
        ['CONFIRMED', 'LOADING', 'NEW', 'OFFLINE', 'RECEIVED', 'REJECTED'].map(
          async (key) => [key, (await world.device(key).components(id))[0]] as const,
        ),
      ),
    );

  test('suspend stops those that have not confirmed, resume lets them go on', async () => {
    const id = await middle();
    await world.center.suspendPlan(id, {}, 'key');
    const before = await statuses(id);
    expect((await world.device('RECEIVED').message()).plan).toBeNull();
    expect((await world.device('NEW').message()).plan).toBeNull();
    expect((await world.device('CONFIRMED').message()).plan).not.toBeNull();
    expect(await world.device('RECEIVED').reportsTo(id, 'FOTA', 1, ['upgradeConfirmed'])).toMatchObject([
      { result: 'ignored' },
    ]);
    await world.device('OFFLINE').asks('1.0.0');
    await world.pass(hour);
    expect(await statuses(id)).toEqual(before);
    await world.device('LOADING').reports('FOTA', ['downloadSucceeded', 'upgrading']);
    await world.device('LOADING').says('2.0.0');
    expect(await world.device('LOADING').status(id)).toBe('upgraded');
    const resumed = await world.center.resumePlan(id, {}, 'key');
    expect(resumed.plan.status).toBe('upgrading');
    await world.device('RECEIVED').reports('FOTA', ['upgradeConfirmed']);
    expect((await world.device('NEW').message()).plan?.components[0]?.attempt).toBe(1);
    expect(await statuses(id)).toMatchObject({ RECEIVED: 'upgradeConfirmed' });
  });

  test.each(['terminate', 'end'])('%s fails what was received and not confirmed', async (how) => {
    const id = await middle();
    if (how === 'terminate') await world.center.terminatePlan(id, {}, 'key');
    else {
      // Keep the confirmed from falling silent.
      world.clock.jump('2027-03-08T08:00:00Z');
      await world.center.runDue();
    }
    const over = await world.summary(id);
    expect(over.plan.status).toBe(how === 'terminate' ? 'forcedTermination' : 'finished');
    const after = await statuses(id);
    expect(after).toMatchObject({ NEW: 'planNotReceived', OFFLINE: 'planNotReceived' });
    expect(after).toMatchObject({ RECEIVED: 'upgradeFailed', REJECTED: 'upgradeFailed' });
    const why = how === 'terminate' ? 'the plan was terminated by key.' : 'the effective period is over.';
    expect((await world.device('RECEIVED').log(id)).at(-1)).toBe(`1 platform: Upgrade failed: ${why}`);
    if (how === 'terminate') {
      await world.device('CONFIRMED').reports('FOTA', ['readyToDownload', 'downloading', 'downloadFailed'], 'lost');
      await world.pass(5 * minute);
      await world.device('CONFIRMED').goes('FOTA', 'upgrading');
      await world.device('CONFIRMED').says('2.0.0');
      expect(await world.device('CONFIRMED').status(id)).toBe('upgraded');
    }
    expect((await world.device('NEW').message()).plan).toBeNull();
    await expect(world.center.resumePlan(id, {}, 'key')).rejects.toMatchObject({ problem: 'wrong-status' });
  });
});

describe('activation', () => {
  test('is refused in words', async () => {
    world = await World.with(['DEV1', 'DEV2']);
    const first = await world.activate(plan());
    const second = await world.save(plan({ name: 'Other' }));
    await expect(world.center.activatePlan(second, {}, 'key')).rejects.toMatchObject({
      problem: 'plan-conflict',
      detail: '“March” wants FOTA of 2 devices of this plan at the same time.',
    });
    await world.center.terminatePlan(first, {}, 'key');
    const stranger = await world.save(
      plan({ name: 'None', targets: { all: false, include: ['ZZZZ'], exclude: [], count: 1 } }),
    );
    await expect(world.center.activatePlan(stranger, {}, 'key')).rejects.toMatchObject({ problem: 'no-devices' });
    const missing = await world.save(plan({ name: 'Missing', components: [component('FOTA', { target: '3.0.0' })] }));
    await expect(world.center.activatePlan(missing, {}, 'key')).rejects.toMatchObject({ problem: 'package-missing' });
    await expect(world.center.activatePlan(second, { revision: 9 }, 'key')).rejects.toMatchObject({ problem: 'stale' });
    world.clock.jump('2027-04-01T00:00:00Z');
    await expect(world.center.activatePlan(second, {}, 'key')).rejects.toMatchObject({ problem: 'period-over' });
  });

  test('freezes the plan, and later devices do not join', async () => {
    world = await World.with(['DEV1']);
    const id = await world.activate(plan());
    await world.center.registerDevices(product, { devices: [{ deviceKey: 'LATE' }] }, 'key');
    await world.device('LATE').asks('1.0.0');
    expect((await world.device('LATE').message()).plan).toBeNull();
    expect((await world.summary(id)).devices.total).toBe(1);
    const { plan: info } = await world.summary(id);
    await expect(
      world.center.updatePlan(id, { document: plan({ retry: 3 }) as never }, info.revision, 'key'),
    ).rejects.toMatchObject({ problem: 'plan-frozen' });
  });

  test('before the start nothing is pushed and requests get no plan', async () => {
    world = await World.with(['DEV1'], '2027-02-28T20:00:00Z');
    const id = await world.activate(plan());
    await world.device('DEV1').asks('1.0.0');
    await world.pass(11 * hour);
    await world.device('DEV1').says('1.0.0');
    expect((await world.device('DEV1').message()).plan).toBeNull();
    await world.pass(55 * minute);
    await world.device('DEV1').says('1.0.0');
    await world.pass(10 * minute);
    expect((await world.device('DEV1').message()).plan?.id).toBe(id);
  });
});
