import { setTimeout as pause } from 'node:timers/promises';
import { keysOf, way } from '../documents.ts';
import type { Fault } from '../fault.ts';

export const stopped: Fault = {
  of: 'server',
  looksAt: ['I1'],
  name: 'SIGSTOP for a minute, in the middle of calls',
  skip: () => (process.platform === 'win32' ? 'Windows has no SIGSTOP' : null),
  async run(center, settings) {
    const keys = keysOf(60);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    const wrong: string[] = [];
    const sending = Promise.all(
      keys.map(async (key) => {
        const reports = [
          () => center.request(key, '1.0.0'),
          ...way.map((status) => () => center.report(key, planId, status)),
        ];
        // What was refused or broke off is sent again, with its id.
        for (const report of reports) {
          while ((await report().catch(() => null))?.status !== 200) await pause(200);
        }
      }),
    );
    await pause(50);
    center.process?.kill('SIGSTOP');
    await pause(settings.pause * 1000);
    center.process?.kill('SIGCONT');
    await sending;
    let lost = 0;
    for (const key of keys) if ((await center.statuses(planId, key))[0] !== 'upgrading') lost++;
    return { tried: 1, lost, wrong };
  },
};
