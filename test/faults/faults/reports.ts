import { setTimeout as pause } from 'node:timers/promises';
import type { Center } from '../center.ts';
import { keysOf, productKey, secretOf, way } from '../documents.ts';
import type { Fault } from '../fault.ts';

/** Devices with a plan that they have asked for. */
async function started(center: Center, count = 1, retry = 0): Promise<{ planId: string; keys: string[] }> {
  const keys = keysOf(count);
  await center.register(keys);
  const planId = await center.activate('2.0.0', retry);
  for (const key of keys) await center.request(key, '1.0.0');
  return { planId, keys };
}

const is = (wrong: string[], what: string, value: unknown, wanted: unknown) => {
  if (JSON.stringify(value) !== JSON.stringify(wanted)) wrong.push(`${what}: ${JSON.stringify(value)}`);
};

const lines = async (center: Center, planId: string, key: string): Promise<string[]> => {
  const { json } = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=500`);
  return json.items.map(({ text }: { text: string }) => text);
};

export const repeated: Fault = {
  of: 'devices',
  looksAt: ['I2', 'I3', 'I7'],
  name: 'a report 100 times; reports in reverse; success with the old version; a report for what is not known',
  async run(center) {
    const { planId, keys } = await started(center, 3);
    const [first = '', second = '', third = ''] = keys;
    const wrong: string[] = [];
    for (let time = 0; time < 100; time++) await center.report(first, planId, 'planReceived');
    is(wrong, 'after 100 repeats', await center.statuses(planId, first), ['planReceived']);
    for (const status of way.toReversed()) await center.report(second, planId, status);
    is(wrong, 'in reverse', await center.statuses(planId, second), ['planReceived']);
    for (const status of way) await center.report(third, planId, status);
    await center.versions(third, '1.0.0');
    is(wrong, 'old version', await center.statuses(planId, third), ['upgradeFailed']);
    await center.report(third, planId, 'upgrading');
    is(wrong, 'a late report', await center.statuses(planId, third), ['upgradeFailed']);
    await center.report(third, 'nosuchplan', 'upgrading');
    await center.report(third, planId, 'upgrading', { attempt: 7 });
    await center.report(third, planId, 'upgrading', { identifier: 'NONE' });
    is(wrong, 'unknown things', await center.statuses(planId, third), ['upgradeFailed']);
    const unknown = await center.request('NOSUCHDEVICE', '1.0.0');
    is(wrong, 'an unknown device', unknown.status, 401);
    if ((await lines(center, planId, first)).length > 10) wrong.push('100 repeats wrote more than 10 lines.');
    return { tried: 111, lost: 0, wrong };
  },
};

export const late: Fault = {
  of: 'devices',
  looksAt: ['I2', 'I3', 'I7'],
  name: 'an old report after a retry; reports for a finished plan; a device that restarts and asks again',
  async run(center) {
    const { planId, keys } = await started(center, 3, 1);
    const [retried = '', restarted = '', ended = ''] = keys;
    const wrong: string[] = [];
    for (const status of way.slice(0, 4)) await center.report(retried, planId, status);
    await center.report(retried, planId, 'downloadFailed', { cause: 'No signal' });
    // The automatic retry begins after a minute and a fifth at the latest.
    await center.setClock(center.now() + 80_000);
    for (let tries = 0; (await center.statuses(planId, retried)).join() !== 'planNotReceived' && tries < 50; tries++) {
      if ((await lines(center, planId, retried)).filter((line) => line.startsWith('Plan issued')).length === 2) break;
      await pause(100);
    }
    const before = await center.statuses(planId, retried);
    for (const status of [...way, 'downloadFailed'])
      await center.report(retried, planId, status, { id: `again-${status}` });
    is(wrong, 'reports of the attempt before', await center.statuses(planId, retried), before);

    for (const status of way.slice(0, 4)) await center.report(restarted, planId, status);
    for (let time = 0; time < 5; time++)
      await center.device(restarted, 'POST', 'reports', {
        reports: [
          { id: `v${time}`, kind: 'versions', components: [{ identifier: 'FOTA', type: 'module', version: '1.0.0' }] },
          { id: `r${time}`, kind: 'request', components: [{ identifier: 'FOTA', type: 'module', version: '1.0.0' }] },
        ],
      });
    const [now = ''] = await center.statuses(planId, restarted);
    if (way.indexOf(now) > 3) wrong.push(`Restarted in the middle, it stands at ${now}.`);
    const plan = await center.device(restarted, 'GET', 'plan');
    is(wrong, 'asked again after a restart', plan.json.plan?.id, planId);

    for (const status of way) await center.report(ended, planId, status);
    await center.versions(ended, '2.0.0');
    await center.terminate(planId);
    for (const status of way) await center.report(ended, planId, status, { id: `late-${status}` });
    await center.report(ended, planId, 'upgradeFailed', { id: 'late', cause: 'x' });
    is(wrong, 'after the end of the plan', await center.statuses(planId, ended), ['upgradeSucceeded']);
    return { tried: way.length * 2 + 7, lost: 0, wrong };
  },
};

export const silent: Fault = {
  of: 'devices',
  looksAt: ['I3'],
  name: 'silent for ever in Downloading: its attempt fails after 24 h, not sooner',
  async run(center) {
    const { planId, keys } = await started(center);
    const [key = ''] = keys;
    const wrong: string[] = [];
    for (const status of way.slice(0, 4)) await center.report(key, planId, status);
    const begin = center.now();
    // Not at once: what a long absence of the server itself is, is not the device's silence.
    for (let hour = 0.9; hour < 23.5; hour += 0.9) {
      await center.setClock(begin + hour * 3_600_000);
      await pause(1300);
    }
    is(wrong, 'before 24 h', await center.statuses(planId, key), ['downloading']);
    await center.setClock(begin + 24.1 * 3_600_000);
    for (let tries = 0; tries < 30 && (await center.statuses(planId, key)).join() === 'downloading'; tries++)
      await pause(200);
    is(wrong, 'after 24 h', await center.statuses(planId, key), ['upgradeFailed']);
    return { tried: 1, lost: 0, wrong };
  },
};

export const clockOfDevice: Fault = {
  of: 'devices',
  looksAt: ['I3'],
  name: 'a device whose clock is at 1970: its requests and reports say so, and nothing believes them',
  async run(center) {
    const { planId, keys } = await started(center);
    const [key = ''] = keys;
    const wrong: string[] = [];
    const at = `/device/v1/products/${productKey}/devices/${key}`;
    const headers = { Date: 'Thu, 01 Jan 1970 00:00:07 GMT', 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' };
    for (const status of way) {
      const report = { id: status, kind: 'status', planId, identifier: 'FOTA', attempt: 1, status, time: 7 };
      await center.send('POST', `${at}/reports`, `Device ${secretOf(key)}`, { reports: [report] }, headers);
    }
    const plan = await center.send('GET', `${at}/plan`, `Device ${secretOf(key)}`, undefined, headers);
    is(wrong, 'its plan', plan.json.plan?.id, planId);
    is(wrong, 'its reports', await center.statuses(planId, key), ['upgrading']);
    const { json } = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=500`);
    for (const { time, text } of json.items)
      if (Math.abs(Date.parse(time) - Date.now()) > 3_600_000) wrong.push(`${time}: ${text}`);
    return { tried: way.length + 1, lost: 0, wrong };
  },
};
