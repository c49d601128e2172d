import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, createClient, describeFile, systemAmbient } from '@otaplan/client';
import { type Plan, singleWave, withDigest } from '@otaplan/model';

/** A real embedded Developer Center in a process of its own, with one activated plan for all of its devices. */
export interface Load {
  readonly url: string;
  readonly accessKey: string;
  readonly accessSecret: string;
  readonly client: Client;
  readonly planId: string;
  readonly process: ChildProcess;
  /** Reports of a device in one call. */
  report(index: number, reports: readonly Record<string, unknown>[]): Promise<void>;
  /** Requests that it answered since it started, by endpoint, without those of devices. */
  requests(): Promise<ReadonlyMap<string, number>>;
}

export const planName = 'A million';
export const productKey = 'p1million';
export const keyOf = (index: number) => `MILL${String(index).padStart(8, '0')}`;
const secretOf = (index: number) => `secret-of-${index}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const perCall = 5000;
/** Only these ever speak; a secret for each of the others would only take time. */
export const speaking = 2000;

/** @param folder an empty folder for its data @param devices how many the plan has */
export async function startLoad(otaplan: string, folder: string, devices: number): Promise<Load> {
  const child = spawn(process.execPath, [otaplan, 'server', '--data', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`Developer Center ended with ${code}.`)));
  });
  const { url, accessKey, accessSecretFile } = JSON.parse(line) as Record<string, string>;
  if (!url || !accessKey || !accessSecretFile) throw new Error(`It said: ${line}`);
  const accessSecret = readFileSync(accessSecretFile, 'utf8').trim();
  const credentials = async () => ({ accessKey, accessSecret });
  // laying down a million devices takes its time
  const client = createClient({ server: url, ambient: systemAmbient, credentials, timeout: 600_000 });
  await client.registerProducts([{ productKey, name: 'Bench' }]);
  for (let from = 0; from < devices; from += perCall) {
    const rows = Array.from({ length: Math.min(perCall, devices - from) }, (_, offset) => {
      const index = from + offset;
      const deviceKey = keyOf(index);
      return index < speaking ? { deviceKey, secretSha256: sha256(secretOf(index)) } : { deviceKey };
    });
    await client.registerDevices(productKey, rows);
  }
  const planId = await activate(client);
  return {
    url,
    accessKey,
    accessSecret,
    client,
    planId,
    process: child,
    async report(index, reports) {
      const send = () =>
        fetch(`${url}/device/v1/products/${productKey}/devices/${keyOf(index)}/reports`, {
          method: 'POST',
          headers: { authorization: `Device ${secretOf(index)}`, 'content-type': 'application/json' },
          body: JSON.stringify({ reports }),
        });
      let response = await send();
      // One device may say so much a second and no more.
      for (; response.status === 429; response = await send())
        await pause(Number(response.headers.get('retry-after') ?? 1) * 1000);
      if (!response.ok) throw new Error(await response.text());
    },
    async requests() {
      const text = await (await fetch(`${url}/metrics`)).text();
      const counts = new Map<string, number>();
      for (const [, endpoint = '', count] of text.matchAll(
        /^otaplan_requests_total\{.*endpoint="(\w+)".*\} (\d+)$/gm,
      )) {
        if (endpoint === 'other' || /sendReports|devicePlan|planMessage/i.test(endpoint)) continue;
        counts.set(endpoint, (counts.get(endpoint) ?? 0) + Number(count));
      }
      return counts;
    },
  };
}

async function activate(client: Client): Promise<string> {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'otaplan-firmware-')), 'fw.bin');
  writeFileSync(file, 'firmware');
  const local = await describeFile(file, 'fw.bin');
  const { id } = await client.packages.create({
    ...{ name: 'Modem 2.0.0', type: 'module', version: '2.0.0', sourceVersion: null },
    files: [{ name: local.name, size: local.size, sha256: local.sha256 }],
  });
  await client.packages.upload(id, local);
  const { plan } = await client.plans.create(document());
  await client.plans.act('activate', plan.id);
  return plan.id;
}

/** A plan for every device of the product, pushed at night, so that only devices that ask move now. */
function document(): Plan {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  const [start, end] = [local(minute), local(minute + 30 * 86_400_000)];
  const from = new Date(minute + 6 * 3_600_000).toISOString().slice(11, 13);
  const to = new Date(minute + 9 * 3_600_000).toISOString().slice(11, 13);
  return withDigest({
    name: planName,
    product: productKey,
    effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [
      {
        ...{ component: 'modem', type: 'module', identifier: 'FOTA', mode: 'full', target: '2.0.0' },
        ...{ sources: [], versions: null, package: null },
      },
    ],
    mode: { kind: 'silent', push: { from: `${from}:00`, to: `${to}:00` }, afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
  });
}

export const way = ['planReceived', 'upgradeConfirmed', 'readyToDownload', 'downloading', 'downloadSucceeded'];

/** Reports of some statuses in an attempt. */
export function reports(planId: string, attempt: number, statuses: readonly string[], cause?: string) {
  return statuses.map((status) => ({
    ...{ id: `${attempt}-${status}`, kind: 'status', planId, identifier: 'FOTA', attempt, status },
    ...(cause === undefined ? {} : { cause }),
  }));
}
export const request = {
  ...{ id: 'request', kind: 'request', components: [{ identifier: 'FOTA', type: 'module', version: '1.0.0' }] },
};

/** Reports that come too late: up to twenty lines about such are in the log of an attempt. */
const late = Array.from({ length: 20 }, (_, index) => 1_000_000 + index);

/**
 * Gives a device that failed a log of many lines: it is retried, fails, and says much that is too late, again and again.
 * @returns how many attempts there are now
 */
export async function writeLog(load: Load, index: number, lines: number): Promise<number> {
  const { client, planId } = load;
  let attempt = 1;
  for (let written = 0; written < lines; written += 10 + late.length) {
    attempt++;
    await client.plans.retry(planId, { devices: [keyOf(index)] });
    await load.report(index, [
      ...reports(planId, attempt, way),
      ...late.map((wrong) => ({ ...reports(planId, wrong, ['downloading'])[0], id: `${attempt}-${wrong}` })),
      ...reports(planId, attempt, ['upgrading', 'upgradeFailed'], 'no space'),
    ]);
  }
  return attempt;
}
