import { setTimeout as pause } from 'node:timers/promises';
import { withDigest } from '@otaplan/model';
import { keysOf, planTo } from '../documents.ts';
import type { Fault } from '../fault.ts';

const devices = 1500;

export const restartInWave: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I6'],
  name: 'kill -9 and restart in the middle of a wave: nothing is pushed twice, nobody is left out',
  async run(center, { kills }) {
    const keys = keysOf(devices);
    await center.register(keys);
    for (const key of keys) await center.versions(key, '1.0.0');
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
    await center.setClock(center.now() + 11 * 60_000);
    for (const key of keys) await center.device(key, 'GET', 'plan');
    await center.setClock(center.now() + 11 * 60_000);
    let [twice, without] = [0, 0];
    for (let tries = 0; tries < 60; tries++) {
      [twice, without] = [0, 0];
      for (const key of keys.slice(0, -20)) {
        const log = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=50`);
        const issued = log.json.items.filter((line: { text: string }) => line.text.startsWith('Plan issued')).length;
        if (issued > 1) twice++;
        if (issued === 0) without++;
      }
      if (without === 0) break;
      await pause(1000);
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
