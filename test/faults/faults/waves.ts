import { setTimeout as pause } from 'node:timers/promises';
import { withDigest } from '@otaplan/model';
import { keysOf, planTo } from '../documents.ts';
import type { Fault } from '../fault.ts';

const devices = 600;
const minute = 60_000;

/** Does something for each, twenty at a time. */
async function each(keys: readonly string[], run: (key: string) => Promise<unknown>): Promise<void> {
  const waiting = [...keys];
  const next = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) await run(key);
  };
  await Promise.all(Array.from({ length: 20 }, next));
}

export const restartInWave: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I6'],
  name: 'kill -9 and restart in the middle of a wave: nothing is pushed twice, nobody is left out',
  async run(center, { kills }) {
    const keys = keysOf(devices);
    await center.register(keys);
    await each(keys, (key) => center.versions(key, '1.0.0'));
    await center.addPackage('2.0.0');
    const outside = keys.slice(-20);
    const document = withDigest({
      ...planTo('2.0.0', 0, 'any'),
      targets: { all: true, include: [], exclude: outside, count: null },
      waves: {
        steps: [
          { percent: 30, waitMinutes: 10 },
          { percent: 100, waitMinutes: 0 },
        ],
        halt: null,
      },
    });
    const { json } = await center.call('POST', '/ota/v1/plans', { document });
    const planId = json.plan.id;
    const times = Math.max(2, Math.ceil(kills / 10));
    const wrong: string[] = [];
    await center.call('POST', `/ota/v1/plans/${planId}/activate`, {});
    for (let kill = 0; kill < times; kill++) {
      await pause(Math.random() * 300);
      await center.stop('SIGKILL');
      // Half of the way through, the second wave opens; devices stay online all along.
      if (kill === Math.floor(times / 2)) await center.setClock(center.now() + 21 * 60_000);
      await center.start();
    }
    // At the next ticks of the clock, with everybody heard of shortly before: who is not counts as offline.
    let [twice, without] = [0, 0];
    for (let round = 0; round < 4; round++) {
      const tick = Math.ceil((center.now() + 6 * minute) / (10 * minute)) * 10 * minute;
      await center.setClock(tick - 5 * minute);
      await each(keys, (key) => center.device(key, 'GET', 'plan'));
      await center.setClock(tick + 1000);
      await pause(3000);
      [twice, without] = [0, 0];
      await each(keys.slice(0, -outside.length), async (key) => {
        const log = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=50`);
        const issued = log.json.items.filter((line: { text: string }) => line.text.startsWith('Plan issued')).length;
        if (issued > 1) twice++;
        if (issued === 0) without++;
      });
      if (without === 0) break;
    }
    if (twice > 0) wrong.push(`The plan was pushed twice to ${twice} devices.`);
    if (without > 0) wrong.push(`${without} devices were left out.`);
    for (const key of outside) {
      const plan = await center.device(key, 'GET', 'plan');
      if (plan.json.plan !== null) wrong.push(`${key} is excluded and has the plan.`);
    }
    return { tried: times, lost: 0, wrong };
  },
};
