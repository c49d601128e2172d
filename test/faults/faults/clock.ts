import { setTimeout as pause } from 'node:timers/promises';
import { formatLocal, withDigest } from '@otaplan/model';
import type { Center } from '../center.ts';
import { keysOf, planTo, way } from '../documents.ts';
import type { Fault } from '../fault.ts';

const minute = 60_000;
const hour = 60 * minute;
/** The scheduler looks every second what is due; and some time to do it, on a busy machine. */
const noticed = 1600;

async function issued(center: Center, planId: string, key: string): Promise<string[]> {
  const { json } = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=500`);
  const lines = json.items.filter(({ text }: { text: string }) => text.startsWith('Plan issued'));
  return lines.map(({ time }: { time: string }) => time);
}

export const clockJumps: Fault = {
  of: 'time',
  looksAt: ['I1', 'I2', 'I3', 'I9'],
  name: 'the wall clock jumps back an hour, on a day, to 1970, and is set right again',
  async run(center) {
    const wrong: string[] = [];
    const jumps: readonly [string, (now: number) => number][] = [
      ['back an hour', (now) => now - hour],
      ['on a day', (now) => now + 24 * hour],
      ['to 1970', () => 1000],
    ];
    const keys = keysOf(jumps.length);
    await center.register(keys);
    for (const key of keys) await center.versions(key, '1.0.0');
    await center.addPackage('2.0.0');
    const { json } = await center.call('POST', '/ota/v1/plans', { document: planTo('2.0.0', 0, 'any') });
    const planId = json.plan.id;
    await center.call('POST', `/ota/v1/plans/${planId}/activate`, {});
    for (const [index, [name, jump]] of jumps.entries()) {
      const key = keys[index] ?? '';
      for (let tries = 0; (await issued(center, planId, key)).length === 0 && tries < 50; tries++) await pause(100);
      for (const status of way.slice(0, 4)) await center.report(key, planId, status);
      const before = Date.now();
      await center.setClock(jump(before));
      await pause(noticed);
      // Its reports are taken whatever the clock says, and a restart meanwhile changes nothing.
      await center.report(key, planId, 'downloadSucceeded');
      await center.stop();
      await center.start();
      await pause(noticed);
      await center.report(key, planId, 'upgrading');
      await center.setClock(Date.now());
      await pause(noticed);
      const [stands] = await center.statuses(planId, key);
      if (stands !== 'upgrading') wrong.push(`${name}: the device stands at ${stands}, not at upgrading.`);
      await center.versions(key, '2.0.0');
      const [ended] = await center.statuses(planId, key);
      if (ended !== 'upgradeSucceeded') wrong.push(`${name}: the device stands at ${ended} in the end.`);
      const times = (await issued(center, planId, key)).length;
      if (times !== 1) wrong.push(`${name}: the plan was issued ${times} times.`);
    }
    return { tried: jumps.length, lost: 0, wrong };
  },
};

interface Window {
  readonly zone: string;
  /** Local day on which the clock changes. */
  readonly day: string;
  readonly push: { readonly from: string; readonly to: string };
}
/** Both changes of a year in each zone, and a window about the hour that is left out or comes twice. */
const windows: readonly Window[] = [
  { zone: 'Europe/Berlin', day: '2027-03-28', push: { from: '02:00', to: '04:00' } },
  { zone: 'Europe/Berlin', day: '2027-10-31', push: { from: '02:00', to: '03:00' } },
  { zone: 'America/New_York', day: '2027-03-14', push: { from: '02:00', to: '04:00' } },
  { zone: 'America/New_York', day: '2027-11-07', push: { from: '01:00', to: '02:00' } },
  { zone: 'America/Havana', day: '2027-03-14', push: { from: '23:00', to: '02:00' } },
  { zone: 'America/Havana', day: '2027-11-07', push: { from: '00:00', to: '01:00' } },
  { zone: 'Africa/Cairo', day: '2027-04-30', push: { from: '23:00', to: '02:00' } },
  { zone: 'Africa/Cairo', day: '2027-10-29', push: { from: '23:00', to: '01:00' } },
  { zone: 'America/Santiago', day: '2027-04-04', push: { from: '23:00', to: '01:00' } },
  { zone: 'America/Santiago', day: '2027-09-05', push: { from: '23:00', to: '02:00' } },
  { zone: 'Australia/Lord_Howe', day: '2027-04-04', push: { from: '01:00', to: '02:00' } },
  { zone: 'Australia/Lord_Howe', day: '2027-10-03', push: { from: '02:00', to: '03:00' } },
  { zone: 'Pacific/Chatham', day: '2027-04-04', push: { from: '02:00', to: '04:00' } },
  { zone: 'Pacific/Chatham', day: '2027-09-26', push: { from: '02:00', to: '04:00' } },
];

export const clockChanges: Fault = {
  of: 'time',
  looksAt: ['I2', 'I9'],
  name: 'a push period across both clock changes in Berlin, New York, Havana, Cairo, Santiago, Lord Howe, Chatham',
  async run(center) {
    const wrong: string[] = [];
    const keys = keysOf(windows.length);
    await center.register(keys);
    await center.addPackage('2.0.0');
    for (const [index, window] of windows.entries()) wrong.push(...(await across(center, window, keys[index] ?? '')));
    return { tried: windows.length, lost: 0, wrong };
  },
};

/** A device that is online all the time; the clock goes through the night in steps that are shorter than the gap between pushes. */
async function across(center: Center, { zone, day, push }: Window, key: string): Promise<string[]> {
  const name = `${zone} ${day}`;
  // From the noon before to the noon of the day, by UTC; the zones are at most 14 h apart from it.
  const noon = Date.parse(`${day}T12:00:00Z`);
  const [startUtc, endUtc] = [noon - 36 * hour, noon + 36 * hour];
  const utc = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
  const effective = {
    start: formatLocal(startUtc, zone).replace(' ', 'T'),
    end: formatLocal(endUtc, zone).replace(' ', 'T'),
    zone,
    startUtc: utc(startUtc),
    endUtc: utc(endUtc),
  };
  const document = withDigest({
    ...planTo('2.0.0', 0),
    name: `Across ${name}`,
    effective,
    targets: { all: false, include: [key], exclude: [], count: 1 },
    mode: { kind: 'silent', push, afterRejectionMinutes: 120 },
  });
  const local = (at: number) => formatLocal(at, zone).slice(11);
  const inside = (time: string) =>
    push.from < push.to ? time >= push.from && time < push.to : time >= push.from || time < push.to;
  // The first moment of the window on that day, found by the runtime's own zone data; Chatham is a quarter of an hour off the others.
  let opens = Date.parse(`${day}T00:00:00Z`) - 15 * hour;
  while (!(inside(local(opens)) && formatLocal(opens + 2 * hour, zone).startsWith(day))) opens += 5 * minute;
  await center.setClock(opens - 25 * minute);
  await center.versions(key, '1.0.0');
  const made = await center.call('POST', '/ota/v1/plans', { document });
  if (made.status !== 201) return [`${name}: ${JSON.stringify(made.json)}`];
  const planId = made.json.plan.id;
  await center.call('POST', `/ota/v1/plans/${planId}/activate`, {});
  const wrong: string[] = [];
  for (const step of [-25, -12, -1, 11, 21]) {
    await center.setClock(opens + step * minute);
    await center.device(key, 'GET', 'plan');
    await pause(noticed);
    const times = await issued(center, planId, key);
    if (step < 0 && times.length > 0) wrong.push(`${name}: pushed ${-step} minutes before its window.`);
    if (step === 21 && times.length !== 1) wrong.push(`${name}: pushed ${times.length} times in its window.`);
    for (const time of times)
      if (!inside(local(Date.parse(time)))) wrong.push(`${name}: pushed at ${local(Date.parse(time))}.`);
  }
  await center.terminate(planId);
  return [...new Set(wrong)];
}

export const otherZoneData: Fault = {
  of: 'time',
  looksAt: ['I9', 'I10'],
  name: 'a plan whose instants were computed by other zone data than the server’s is refused, and says so',
  async run(center) {
    await center.register(keysOf(1));
    const at = Date.parse('2027-03-27T23:00:00Z');
    const good = {
      start: '2027-03-28T00:00',
      end: '2027-03-29T00:00',
      zone: 'Europe/Berlin',
      startUtc: new Date(at).toISOString().replace('.000Z', 'Z'),
      endUtc: new Date(at + 23 * hour).toISOString().replace('.000Z', 'Z'),
    };
    const wrong: string[] = [];
    const save = (effective: typeof good, name: string) =>
      center.call('POST', '/ota/v1/plans', { document: withDigest({ ...planTo('2.0.0', 0), name, effective }) });
    const taken = await save(good, 'right');
    if (taken.status !== 201) wrong.push(`The right one: ${JSON.stringify(taken.json)}`);
    // As if the clocks were not put forward any more.
    const other = await save(
      { ...good, endUtc: new Date(at + 24 * hour).toISOString().replace('.000Z', 'Z') },
      'other',
    );
    if (other.status !== 422) wrong.push(`The other one was answered with ${other.status}.`);
    if (!/zone|clock|UTC/i.test(JSON.stringify(other.json))) wrong.push(`It says ${JSON.stringify(other.json)}.`);
    const tell = await center.call('POST', '/ota/v1/plans/preview', {
      document: withDigest({ ...planTo('2.0.0', 0), name: 'right', effective: good }),
    });
    if (typeof tell.json.zoneData !== 'string' || tell.json.zoneData === 'unknown')
      wrong.push('A preview does not say which zone data it used.');
    return { tried: 2, lost: 0, wrong };
  },
};
