import { formatLocal } from '@otaplan/model';
import { afterEach, describe, expect, test } from 'vitest';
import { component, hour, minute, plan, product, World } from '../center/test-world.ts';
import { Scheduler } from './scheduler.ts';

let world: World;
afterEach(async () => {
  expect(await world.problems()).toEqual([]);
  await world.end();
});

describe('push periods', () => {
  test.each([
    // The clock jumps over 02:00 to 03:00; repeats it; has no midnight; shifts by half an hour; is +12:45.
    ['Europe/Berlin', '2027-03-27T18:00', '2027-03-28T12:00', { from: '02:00', to: '04:00' }],
    ['Europe/Berlin', '2027-10-30T18:00', '2027-10-31T12:00', { from: '02:00', to: '03:00' }],
    ['America/Havana', '2027-03-13T18:00', '2027-03-14T12:00', { from: '23:00', to: '01:00' }],
    ['Australia/Lord_Howe', '2027-04-03T18:00', '2027-04-04T12:00', { from: '01:00', to: '02:00' }],
    ['Pacific/Chatham', '2027-04-03T18:00', '2027-04-04T12:00', { from: '03:00', to: '04:00' }],
  ])('nothing is pushed outside %s %s %s', async (zone, start, end, push) => {
    const document = plan({ zone, start, end, mode: { kind: 'silent', push, afterRejectionMinutes: 120 } });
    world = await World.with(['DEV1'], document.effective.startUtc);
    const id = await world.activate(document);
    const issued: string[] = [];
    while (world.clock.now() < Date.parse(document.effective.endUtc)) {
      await world.center.deviceSeen({ productKey: product, deviceKey: 'DEV1' });
      const before = (await world.device('DEV1').message()).plan;
      await world.pass(9.5 * minute);
      const after = (await world.device('DEV1').message()).plan;
      if (before || !after) continue;
      const { items } = await world.center.listComponentLog(id, 'DEV1', { limit: 500 });
      const line = items.findLast(({ text }) => text.startsWith('Plan issued'));
      issued.push(formatLocal(Date.parse(line?.time ?? ''), zone).slice(11));
      await world.device('DEV1').reports('FOTA', ['planReceived', 'upgradeRejected']);
    }
    expect(issued.length).toBeGreaterThan(0);
    const { from, to } = push;
    for (const time of issued)
      expect(from < to ? time >= from && time < to : time >= from || time < to, time).toBe(true);
    for (const time of issued) expect(Number(time.slice(3)) % 10).toBe(0);
  });

  test('on request only: nothing is pushed, who asks gets the plan', async () => {
    world = await World.with(['DEV1']);
    await world.activate(plan({ mode: { kind: 'silent', push: 'onRequest', afterRejectionMinutes: 120 } }));
    await world.pass(hour);
    expect((await world.device('DEV1').message()).plan).toBeNull();
    await world.device('DEV1').asks('1.0.0');
    expect((await world.device('DEV1').message()).plan).not.toBeNull();
  });

  test('rejected: not again before the rejection period is over', async () => {
    world = await World.with(['DEV1']);
    const device = world.device('DEV1');
    const id = await world.activate(plan());
    await device.reports('FOTA', ['planReceived', 'upgradeRejected']);
    await world.pass(119 * minute);
    await device.asks('1.0.0');
    expect((await device.message()).plan).toBeNull();
    await world.pass(12 * minute);
    expect((await device.message()).plan?.components[0]).toMatchObject({ status: 'upgradeRejected', attempt: 1 });
    await device.goes('FOTA', 'upgradeConfirmed');
    expect(await device.components(id)).toEqual(['upgradeConfirmed']);
  });
});

describe('time', () => {
  test('a clock set back unpushes nothing and pushes nothing twice', async () => {
    world = await World.with(['DEV1', 'DEV2']);
    await world.center.deviceLeft(world.device('DEV2').identity);
    const id = await world.activate(plan());
    const before = await world.device('DEV1').log(id);
    for (const to of ['2027-03-01T07:30:00Z', '1970-01-01T00:00:00Z', '2027-03-01T08:05:00Z']) {
      world.clock.jump(to);
      await world.center.runDue();
      await world.pass(11 * minute);
      expect((await world.device('DEV1').message()).plan?.id).toBe(id);
      expect(await world.device('DEV1').log(id)).toEqual(before);
    }
    await world.device('DEV2').says('1.0.0');
    await world.pass(10 * minute);
    expect((await world.device('DEV2').message()).plan?.id).toBe(id);
  });

  test('goes on after a restart, and pushes nothing twice', async () => {
    world = await World.with(['DEV1', 'DEV2']);
    await world.center.deviceLeft(world.device('DEV2').identity);
    const id = await world.activate(plan({ retry: 1 }));
    await world.device('DEV1').goes('FOTA', 'downloading');
    await world.device('DEV1').reports('FOTA', ['downloadFailed']);
    const log = await world.device('DEV1').log(id);
    await world.restart();
    expect(await world.device('DEV1').log(id)).toEqual(log);
    await world.pass(2 * minute);
    expect((await world.device('DEV1').message()).plan?.components[0]?.attempt).toBe(2);
    await world.device('DEV2').says('1.0.0');
    await world.restart();
    await world.pass(10 * minute);
    const issued = (await world.device('DEV2').log(id)).filter((line) => line.includes('Plan issued'));
    expect(issued).toHaveLength(1);
  });

  test('24 h of silence after confirming fail the attempt; a report puts it off', async () => {
    world = await World.with(['DEV1']);
    const id = await world.activate(plan());
    await world.device('DEV1').goes('FOTA', 'readyToDownload');
    await world.pass(23 * hour);
    await world.device('DEV1').reports('FOTA', ['downloading']);
    await world.pass(23 * hour);
    expect(await world.device('DEV1').components(id)).toEqual(['downloading']);
    await world.pass(2 * hour);
    expect(await world.device('DEV1').components(id)).toEqual(['upgradeFailed']);
  });

  test('hours in which Developer Center itself was away are not the device’s silence', async () => {
    world = await World.with(['DEV1']);
    const id = await world.activate(plan());
    await world.device('DEV1').goes('FOTA', 'downloading');
    world.clock.jump(world.clock.now() + 30 * hour);
    await world.restart();
    await world.pass(23 * hour);
    expect(await world.device('DEV1').components(id)).toEqual(['downloading']);
    await world.pass(2 * hour);
    expect(await world.device('DEV1').components(id)).toEqual(['upgradeFailed']);
  });

  /** Lets the scheduler look a few times. */
  async function looks(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      world.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
      await world.store.check();
      await world.store.check();
    }
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  }
  function started(): Scheduler {
    const scheduler = new Scheduler(world.center, world.clock, (error) => {
      throw error;
    });
    scheduler.start();
    return scheduler;
  }

  test('the scheduler does it all by itself', async () => {
    world = await World.with(['DEV1'], '2027-03-01T07:59:58Z');
    await world.activate(plan());
    const scheduler = started();
    await looks(5);
    expect((await world.device('DEV1').message()).plan).not.toBeNull();
    await scheduler.stop();
  });

  test('a day by which the clock is set on, or the machine slept, is no silence of the device', async () => {
    world = await World.with(['DEV1']);
    const id = await world.activate(plan());
    await world.device('DEV1').goes('FOTA', 'downloading');
    const scheduler = started();
    await looks(3);
    world.clock.jump(world.clock.now() + 24 * hour);
    await looks(3);
    expect(await world.device('DEV1').components(id)).toEqual(['downloading']);
    expect((await world.device('DEV1').log(id)).at(-1)).toContain('its clock was set');
    await scheduler.stop();
  });
});

describe('waves', () => {
  const keys = Array.from({ length: 120 }, (_, i) => `DEV${String(i).padStart(4, '0')}`);
  const waves = {
    steps: [
      { percent: 30, waitMinutes: 60 },
      { percent: 100, waitMinutes: 0 },
    ],
    halt: { failedPercent: 50, sample: 4 },
  };

  test('open one after the other', async () => {
    world = await World.with(keys);
    const id = await world.activate(plan({ waves }));
    const { plan: info } = await world.summary(id);
    expect(info.waves).toMatchObject({ total: 2, opened: 1, nextAt: '2027-03-01T09:00:00.000Z' });
    const statistics = await world.center.getPlanStatistics(id);
    const first = statistics.waves[0]?.devices ?? 0;
    expect(first).toBeGreaterThan(20);
    // a dashboard draws by them without the document, which may list a million devices
    expect(statistics).toMatchObject({ push: plan({}).mode.push, halt: waves.halt });
    const told = async () =>
      (await Promise.all(keys.map((key) => world.device(key).message()))).filter((m) => m.plan).length;
    expect(await told()).toBe(first);
    for (let i = 0; i < 8; i++) {
      for (const deviceKey of keys) await world.center.deviceSeen({ productKey: product, deviceKey });
      await world.pass(8 * minute);
    }
    expect(await told()).toBe(120);
  });

  test('halt when too many fail, with the reason; resuming starts to count anew', async () => {
    world = await World.with(keys);
    const id = await world.activate(plan({ waves }));
    const told = (await Promise.all(keys.map(async (key) => [key, (await world.device(key).message()).plan] as const)))
      .filter(([, message]) => message)
      .map(([key]) => world.device(key));
    for (const device of told.slice(0, 4)) {
      await device.goes('FOTA', 'downloading');
      await device.reports('FOTA', ['downloadFailed'], 'no signal');
    }
    expect((await world.summary(id)).plan).toMatchObject({
      status: 'suspended',
      reason: 'Halted: 4 of 4 devices failed (100 %), more than the 50 % that the plan allows of at least 4.',
    });
    await world.pass(2 * hour);
    expect((await world.summary(id)).plan.waves.opened).toBe(1);
    expect((await world.center.resumePlan(id, {}, 'key')).plan.status).toBe('upgrading');
    expect((await world.center.getPlanStatistics(id)).failures).toMatchObject([{ cause: 'no signal', components: 4 }]);
  });
});

describe('retry', () => {
  test('online at once, offline when it comes, others refused with the reason', async () => {
    world = await World.with(['DEV1', 'DEV2', 'DEV3', 'DEV4']);
    const id = await world.activate(plan({ components: [component('FOTA', { sources: ['1.0.0'] })] }));
    for (const key of ['DEV1', 'DEV2', 'DEV3']) {
      await world.device(key).goes('FOTA', 'downloading');
      await world.device(key).reports('FOTA', ['downloadFailed'], 'lost');
    }
    await world.center.deviceLeft(world.device('DEV2').identity);
    await world.device('DEV3').says('1.5.0');
    const reply = await world.center.retryPlan(id, { devices: ['DEV1', 'DEV2', 'DEV3', 'DEV4', 'NONE'] }, 'key');
    expect(reply).toMatchObject({ accepted: ['DEV1', 'DEV2'], acceptedTotal: 2, refusedTotal: 3 });
    expect(Object.fromEntries(reply.refused.map(({ deviceKey, reason }) => [deviceKey, reason]))).toEqual({
      DEV3: 'The reported version 1.5.0 is none of the specified versions 1.0.0.',
      DEV4: 'The device’s status is not Upgrade Failed.',
      NONE: 'The device is not in the plan.',
    });
    expect((await world.device('DEV1').message()).plan?.components[0]?.attempt).toBe(2);
    expect((await world.device('DEV2').message()).plan).toBeNull();
    await world.center.deviceSeen(world.device('DEV2').identity);
    expect((await world.device('DEV2').message()).plan?.components[0]?.attempt).toBe(2);
    expect(await world.device('DEV2').log(id)).toContain('1 user: Retry requested by key.');
    expect(await world.center.retryPlan(id, { allFailed: true }, 'key')).toMatchObject({
      acceptedTotal: 0,
      refusedTotal: 1,
    });
  });
});

describe('manual plans', () => {
  test('the end user confirms, appoints or cancels', async () => {
    world = await World.with(['AUTO', 'CANCEL', 'LATER', 'NOW1']);
    await world.center.setAutoUpgrade(world.device('AUTO').identity, true);
    const id = await world.activate(plan({ mode: { kind: 'manual', push: 'any', texts: { en: 'New firmware' } } }));
    const act = (key: string, action: Parameters<World['center']['endUserAct']>[2]) =>
      world.center.endUserAct(world.device(key).identity, id, action, 'user');
    await world.device('NOW1').asks('1.0.0');
    expect((await world.device('AUTO').message()).plan).not.toBeNull();
    expect((await world.device('NOW1').message()).plan).toBeNull();
    await act('NOW1', { kind: 'now' });
    expect((await world.device('NOW1').message()).plan?.texts).toEqual({ en: 'New firmware' });
    const from = world.clock.now() + hour;
    await expect(act('LATER', { kind: 'appoint', from, to: from + 30 * minute })).rejects.toThrow('at least one hour');
    await act('LATER', { kind: 'appoint', from, to: from + hour });
    expect(await world.center.endUserView(world.device('LATER').identity)).toMatchObject({ confirmStatus: 2 });
    await act('CANCEL', { kind: 'cancel' });
    expect(await world.device('CANCEL').status(id)).toBe('upgradeFailed');
    await world.pass(61 * minute);
    expect((await world.device('LATER').message()).plan).not.toBeNull();
    await expect(world.center.retryPlan(id, { allFailed: true }, 'key')).rejects.toMatchObject({
      problem: 'retry-refused',
    });
  });
});
