import { reportedStatuses } from '@otaplan/api';
import fc from 'fast-check';
import { expect } from 'vitest';
import { component, minute, plan, World } from './test-world.ts';

const keys = ['DEVA', 'DEVB', 'DEVC', 'DEVD', 'OUT1'];

const key = fc.constantFrom(...keys);
const act = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('onward' as const), key) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('report' as const),
      key,
      fc.constantFrom(...reportedStatuses),
      fc.integer({ min: 1, max: 3 }),
    ),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('versions' as const), key, fc.constantFrom('1.0.0', '2.0.0', '3.0.0')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('ask' as const), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('leave' as const), key) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('pass' as const), fc.constantFrom(1, 10, 130, 1500)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('back' as const), fc.constantFrom(60, 100_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('suspend' as const)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('resume' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('retry' as const)) },
);
const onward: Readonly<Record<string, (typeof reportedStatuses)[number]>> = {
  planNotReceived: 'planReceived',
  planReceived: 'upgradeConfirmed',
  upgradeRejected: 'planReceived',
  upgradeConfirmed: 'readyToDownload',
  readyToDownload: 'downloading',
  downloading: 'downloadSucceeded',
  downloadSucceeded: 'upgrading',
};

/**
 * Random histories over the whole of Developer Center: counts equal their rows, and logs only grow, through reports, time, faults and
 * restarts. Holds for every adapter of the store.
 */
export async function randomHistories(runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.boolean(), async (acts, ends) => {
      const world = await World.with(keys);
      try {
        const include = keys.slice(0, 4);
        const document = plan({
          targets: { all: false, include, exclude: [], count: 4 },
          components: [component('FOTA'), component('STM32')],
          retry: 1,
        });
        const id = await world.activate(document);
        const logs = new Map<string, string[]>();
        for (const each of acts) {
          await perform(world, id, each);
          const { devices } = await world.summary(id);
          expect(devices.total).toBe(4);
          for (const deviceKey of include) {
            const log = await world.device(deviceKey).log(id);
            const before = logs.get(deviceKey) ?? [];
            expect(log.slice(0, before.length)).toEqual(before);
            logs.set(deviceKey, log);
          }
        }
        if (ends) await world.center.terminatePlan(id, {}, 'key');
        expect(await world.problems()).toEqual([]);
        // I6: who is not of the plan has no part in it.
        expect((await world.device('OUT1').message()).plan).toBeNull();
        await world.restart();
        expect(await world.problems()).toEqual([]);
      } finally {
        await world.end();
      }
    }),
    { numRuns: runs },
  );
}

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function perform(world: World, id: string, each: Act): Promise<void> {
  const ignoreRefusal = async (work: Promise<unknown>) => {
    await work.catch((error: unknown) => expect(error).toHaveProperty('problem'));
  };
  switch (each[0]) {
    case 'onward': {
      const device = world.device(each[1]);
      const part = (await device.message()).plan?.components[0];
      const next = part && onward[part.status];
      if (part && next) await device.reports(part.identifier, [next]);
      return;
    }
    case 'report':
      await world.device(each[1]).reportsTo(id, 'FOTA', each[3], [each[2], each[2]]);
      return;
    case 'versions':
      await world.device(each[1]).says(each[2], each[2] === '3.0.0' ? '1.9.0' : '1.8.0');
      return;
    case 'ask':
      await world.device(each[1]).asks('1.0.0', '1.8.0');
      return;
    case 'leave':
      return world.center.deviceLeft(world.device(each[1]).identity);
    case 'pass':
      return world.pass(each[1] * minute);
    case 'back':
      world.clock.jump(world.clock.now() - each[1] * minute);
      await world.center.runDue();
      return;
    case 'restart':
      return world.restart();
    case 'suspend':
      return ignoreRefusal(world.center.suspendPlan(id, {}, 'key'));
    case 'resume':
      return ignoreRefusal(world.center.resumePlan(id, {}, 'key'));
    case 'retry':
      return ignoreRefusal(world.center.retryPlan(id, { allFailed: true }, 'key'));
  }
}
