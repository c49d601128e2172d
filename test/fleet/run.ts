/**
 * A rollout of a large fleet to its end: an embedded Developer Center in one process, all devices in another, over HTTP, with the faults
 * of a scenario. Then everything is compared: each device with what the seed says of it, the counters with full scans, the
 * places in progress with their limit; `otaplan server verify` looks at the folder. Ends with 1 when anything differs.
 *
 * `--devices N` (100,000), `--seed TEXT`, `--speed X` (10), `--scenario FILE`, `--keep`: the folder stays.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Draws, deviceKeys, foreseenStatus, parseProfile, tempers } from '@otaplan/devices';
import { limits, type Plan, singleWave, withDigest } from '@otaplan/model';
import { Center } from '../faults/center.ts';
import { sha256 } from '../faults/documents.ts';
import { Simulator, Usage } from './processes.ts';
import { mostInProgress, scanComponents, scanDevices } from './scan.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '100000' },
    seed: { type: 'string', default: 'fleet' },
    speed: { type: 'string', default: '10' },
    scenario: { type: 'string', default: path.join(import.meta.dirname, 'scenario.json') },
    keep: { type: 'boolean', default: false },
  },
});
const count = Number(values.devices);
const product = 'p1fleet';
const retry = 1;
const components = [
  { type: 'module', identifier: 'FOTA', from: '1.0.0', to: '2.0.0' },
  { type: 'mcu', identifier: 'STM32', from: '1.0.0', to: '1.1.0' },
] as const;

const problems: string[] = [];
const say = (text: string) => console.log(text);
const began = performance.now();
const seconds = (since = began) => Math.round((performance.now() - since) / 1000);

async function call(center: Center, method: string, where: string, body?: unknown) {
  const type = body instanceof Uint8Array ? { 'Content-Type': 'application/octet-stream' } : {};
  const { status, json } = await center.call(method, where, body, type);
  if (status >= 300) throw new Error(`${method} ${where}: ${status} ${JSON.stringify(json)}`);
  return json;
}

async function addPackages(center: Center): Promise<void> {
  for (const { type, identifier, to } of components) {
    const bytes = randomBytes(16 * 1024);
    const files = [{ name: 'image.bin', size: bytes.length, sha256: sha256(bytes) }];
    const about = { name: `${identifier} ${to}`, type, version: to, sourceVersion: null, files };
    const { id } = await call(center, 'POST', '/ota/v1/packages', about);
    await call(center, 'PUT', `/ota/v1/packages/${id}/files/image.bin`, bytes);
  }
}

function document(): Plan {
  const minute = (at: number) => new Date(at).toISOString().slice(0, 16);
  const [start, end] = [minute(Date.now()), minute(Date.now() + 24 * 3_600_000)];
  return withDigest({
    name: 'Fleet',
    product,
    effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
    targets: { all: true, include: [], exclude: [], count: null },
    components: components.map(({ type, identifier, from, to }) => ({
      component: identifier,
      type,
      identifier,
      mode: 'full',
      target: to,
      sources: [from],
      versions: null,
      package: null,
    })),
    mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 10 },
    conditions: { batteryPercent: 0, signalDbm: -113 },
    retry,
    waves: singleWave,
    allow: [],
  });
}

/** Counts of things by what is said of them. */
function tally<T>(things: readonly T[], of: (thing: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const thing of things) counts[of(thing)] = (counts[of(thing)] ?? 0) + 1;
  return counts;
}

function same(what: string, is: Record<string, unknown>, says: Record<string, unknown>): void {
  for (const name of new Set([...Object.keys(is), ...Object.keys(says)])) {
    if ((is[name] ?? 0) !== (says[name] ?? 0))
      problems.push(`${what}, ${name}: there are ${is[name] ?? 0}, it says ${says[name] ?? 0}.`);
  }
}

/** Requests answered so far, by endpoint. */
async function answered(center: Center): Promise<Record<string, number>> {
  const page = await (await fetch(`${center.url}/metrics`)).text();
  const counts: Record<string, number> = {};
  for (const [, endpoint = '', n] of page.matchAll(/^otaplan_requests_total\{endpoint="(\w+)",status="\d+"\} (\d+)$/gm))
    counts[endpoint] = (counts[endpoint] ?? 0) + Number(n);
  return counts;
}

/** Whether nothing more will happen: no device is in progress, none will be retried by itself, none waits for its turn. */
async function hasEnded(center: Center, planId: string): Promise<boolean> {
  const { devices } = await call(center, 'GET', `/ota/v1/plans/${planId}/summary`);
  say(`  ${seconds()} s: ${JSON.stringify(devices)}; ${serverUse}; ${devicesUse}`);
  if (devices.upgrading > limits.devicesInProgress) problems.push(`${devices.upgrading} devices were in progress.`);
  if (devices.upgrading > 0) return false;
  const failed = await scanDevices(center, planId, 'upgradeFailed');
  if (failed.some(({ endedAt }) => endedAt === null)) return false;
  const untouched = await scanDevices(center, planId, 'notUpgraded');
  return untouched.every(({ cause }) => cause !== null && !cause.startsWith('It waits'));
}

const center = new Center();
const [serverUse, devicesUse] = [new Usage(), new Usage()];
let simulator: Simulator | null = null;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Neither of them outlives the run.
    simulator?.process.kill('SIGKILL');
    center.process?.kill('SIGKILL');
    if (!values.keep) rmSync(center.folder, { recursive: true, force: true });
    process.exit(1);
  });
}
try {
  await center.start();
  await addPackages(center);
  const keys = deviceKeys(values.seed, count);
  await call(center, 'POST', '/ota/v1/products', { products: [{ productKey: product, name: 'Fleet' }] });
  for (let from = 0; from < count; from += 5000) {
    const devices = keys.slice(from, from + 5000).map((deviceKey) => ({ deviceKey }));
    await call(center, 'POST', `/ota/v1/products/${product}/devices`, { devices });
  }
  const activated = performance.now();
  const { plan } = await call(center, 'POST', '/ota/v1/plans', { document: document() });
  await call(center, 'POST', `/ota/v1/plans/${plan.id}/activate`, {});
  say(`${count} devices registered and the plan activated after ${seconds()} s, the latter in ${seconds(activated)} s`);
  simulator = new Simulator(center, {
    product,
    devices: count,
    components: components.map(({ type, identifier, from }) => `${type}:${identifier}=${from}`),
    seed: values.seed,
    speed: Number(values.speed),
    scenario: values.scenario,
  });
  const [running, before] = [performance.now(), await answered(center)];
  for (let round = 1; ; round++) {
    await pause(1000);
    serverUse.look(center.process);
    devicesUse.look(simulator.process);
    if (simulator.process.exitCode !== null) throw new Error(`The simulator ended: ${simulator.said}`);
    if (round % 15 === 0 && (await hasEnded(center, plan.id))) break;
  }
  const requests = await answered(center);
  say(`ended ${seconds(running)} s after the simulator was started`);

  const { devices: counters } = await call(center, 'GET', `/ota/v1/plans/${plan.id}/summary`);
  const statistics = await call(center, 'GET', `/ota/v1/plans/${plan.id}/statistics`);
  const scanned = await scanDevices(center, plan.id);
  const decidedAt = Math.max(...scanned.map(({ endedAt }) => (endedAt === null ? 0 : Date.parse(endedAt))));
  const { total, ...byStatus } = counters;
  const isStatus = tally(scanned, ({ status }) => status);
  same('Devices over the API against the summary', isStatus, byStatus);
  if (total !== count || scanned.length !== count)
    problems.push(`${scanned.length} devices scanned, ${total} counted.`);

  const profile = parseProfile(readFileSync(values.scenario, 'utf8'));
  const identifiers = components.map(({ identifier }) => identifier);
  const temperOf = tempers(profile);
  const foreseen = { components: identifiers, retry, namesSources: true };
  const ends = new Map(keys.map((key) => [key, foreseenStatus(temperOf(key, new Draws(values.seed, key)), foreseen)]));
  const others = scanned.filter(({ deviceKey, status }) => ends.get(deviceKey) !== status);
  same('Devices against what the seed says', isStatus, tally([...ends.values()], String));
  for (const { deviceKey, status } of others.slice(0, 10))
    problems.push(`${deviceKey} is ${status} and must be ${ends.get(deviceKey) ?? 'none of the plan’s'}.`);
  const most = mostInProgress(scanned);
  if (most > limits.devicesInProgress) problems.push(`${most} devices were in progress at a time.`);

  simulator.process.kill('SIGTERM');
  await center.stop();
  const verify = performance.now();
  const wrong = await center.problems();
  problems.push(...wrong);
  const verifySeconds = seconds(verify);
  const rows = scanComponents(center.folder);
  for (const [place, { identifier, statuses }] of statistics.components.entries())
    same(`Components ${identifier} in the database against the statistics`, rows[place] ?? {}, statuses);

  const rolloutSeconds = Math.round(
    (decidedAt -
      scanned.reduce(
        (first, d) => Math.min(first, d.startedAt === null ? first : Date.parse(d.startedAt)),
        decidedAt,
      )) /
      1000,
  );
  const made = (endpoint: string) => (requests[endpoint] ?? 0) - (before[endpoint] ?? 0);
  say(`\nrollout: ${rolloutSeconds} s from the first device's start to the last one's end; ${seconds()} s with all`);
  say(
    `requests during it: ${made('sendReports')} with reports, ${made('readDevicePlan')} plan reads, ${made('downloadFile')} downloads`,
  );
  say(`most in progress at one moment: ${most} (limit ${limits.devicesInProgress})`);
  say(`devices: ${JSON.stringify(isStatus)}; as the seed says: ${count - others.length} of ${count}`);
  say(`components: ${JSON.stringify(rows)}`);
  say(`Developer Center: ${serverUse}; devices: ${devicesUse}`);
  say(`verify: ${wrong.length === 0 ? 'nothing wrong' : `${wrong.length} problems`}, ${verifySeconds} s`);
} finally {
  simulator?.process.kill('SIGKILL');
  await center.stop();
  if (values.keep) say(`The folder is ${center.folder}.`);
  else await center.end();
}
for (const problem of problems) say(`WRONG: ${problem}`);
say(problems.length === 0 ? 'ended right' : `ended with ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
