import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { startServer, verifyFolder } from '@otaplan/developer-center';
import { singleWave, withDigest } from '@otaplan/model';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { productKey, secretOf, sha256 } from '../center.ts';
import type { Fault } from '../fault.ts';

const hour = 3_600_000;
/** Where the wall clock is set to, from a moment in the period. */
const jumps: readonly [string, (now: number) => number][] = [
  ['back an hour', (now) => now - hour],
  // By a whole day, a device that is under way counts as silent for 24 h, and its attempt fails (section 6, rule 8).
  ['on by 23 hours', (now) => now + 23 * hour],
  ['to 1970', () => 0],
];

export const clockJumps: Fault = {
  of: 'time',
  looksAt: [],
  name: 'the clock jumps back an hour, on by 23, to 1970 (virtual clock)',
  folderOnly: true,
  async run() {
    const wrong: string[] = [];
    for (const [name, jump] of jumps) wrong.push(...(await jumped(jump)).map((problem) => `${name}: ${problem}`));
    return { tried: jumps.length, lost: 0, wrong };
  },
};

/** A push window of 02:00-04:00: sets the clock while a device is under way, sets it right again, and looks at what was pushed. */
async function jumped(jump: (now: number) => number): Promise<string[]> {
  const wrong: string[] = [];
  const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-faults-'));
  const clock = new VirtualClock('2027-03-01T02:10:30Z');
  const server = await startServer({ dataDir: folder, port: 0, clock, random: (count) => randomBytes(count) });
  let token = '';
  const send = async (method: string, where: string, body?: unknown, authorization = token) => {
    const headers = { Authorization: authorization, 'Content-Type': 'application/json' };
    const bytes = body instanceof Uint8Array;
    const response = await fetch(server.url + where, {
      method,
      headers,
      ...(body === undefined ? {} : { body: bytes ? body : JSON.stringify(body) }),
    } as RequestInit);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  };
  const logIn = async () => {
    const secret = readFileSync(server.accessSecretFile, 'utf8').trim();
    const user = `ver=1&auth_mode=accessKey&sign_method=sha256&access_key=${server.accessKey}&timestamp=${clock.now()}`;
    const password = createHash('sha256')
      .update(user + secret)
      .digest('hex');
    const query = `grant_type=password&username=${encodeURIComponent(user)}&password=${password}`;
    token = (await send('GET', `/v2/quecauth/accessKeyAuthrize/accessKeyLogin?${query}`)).access_token;
  };
  /** Lets time pass and what is due be done. */
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= 20_000) {
      clock.advance(Math.min(left, 20_000));
      for (let index = 0; index < 20; index++) await turn();
    }
  };
  const key = 'FAULT000001';
  const device = (what: string, body?: unknown) =>
    send(
      body === undefined ? 'GET' : 'POST',
      `/device/v1/products/${productKey}/devices/${key}/${what}`,
      body,
      `Device ${secretOf(key)}`,
    );
  const versions = (version: string, id: string) =>
    device('reports', {
      reports: [{ id, kind: 'versions', components: [{ identifier: 'FOTA', type: 'module', version }] }],
    });
  try {
    await logIn();
    await send('POST', '/ota/v1/products', { products: [{ productKey, name: 'Faults' }] });
    const devices = [{ deviceKey: key, secretSha256: sha256(secretOf(key)) }];
    await send('POST', `/ota/v1/products/${productKey}/devices`, { devices });
    const bytes = randomBytes(100);
    const files = [{ name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) }];
    const made = await send('POST', '/ota/v1/packages', {
      name: 'FOTA 2',
      type: 'module',
      version: '2.0.0',
      sourceVersion: null,
      files,
    });
    await send('PUT', `/ota/v1/packages/${made.id}/files/fw.bin`, bytes);
    await versions('1.0.0', 'v1');
    const { plan } = await send('POST', '/ota/v1/plans', { document });
    await send('POST', `/ota/v1/plans/${plan.id}/activate`, {});
    await pass(10_000);
    await device('plan');
    const status = async () =>
      (await send('GET', `/ota/v1/plans/${plan.id}/devices/${key}/components`)).items[0].status as string;
    const report = (name: string) =>
      device('reports', {
        reports: [{ id: name, kind: 'status', planId: plan.id, identifier: 'FOTA', attempt: 1, status: name }],
      });
    for (const name of ['planReceived', 'upgradeConfirmed', 'readyToDownload', 'downloading']) await report(name);
    const right = clock.now();
    clock.jump(jump(right));
    await pass(60_000);
    await report('downloadSucceeded');
    await report('upgrading');
    clock.jump(right + 61_000);
    await logIn();
    if ((await status()) !== 'upgrading') wrong.push(`The device stands at ${await status()}, not at upgrading.`);
    await versions('2.0.0', 'v2');
    await pass(60_000);
    if ((await status()) !== 'upgradeSucceeded') wrong.push(`The device stands at ${await status()} in the end.`);
    const log = await send('GET', `/ota/v1/plans/${plan.id}/devices/${key}/log?limit=500`);
    const issued = log.items.filter(({ text }: { text: string }) => text.startsWith('Plan issued')).length;
    if (issued !== 1) wrong.push(`The plan was issued ${issued} times.`);
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await server.close();
    wrong.push(...(await verifyFolder(folder)).problems);
    rmSync(folder, { recursive: true, force: true });
  }
  return wrong;
}

const document = withDigest({
  name: 'Clock',
  product: productKey,
  effective: {
    start: '2027-03-01T00:00',
    end: '2027-03-08T00:00',
    zone: 'UTC',
    startUtc: '2027-03-01T00:00:00Z',
    endUtc: '2027-03-08T00:00:00Z',
  },
  targets: { all: true, include: [], exclude: [], count: null },
  components: [
    {
      component: 'modem',
      type: 'module',
      identifier: 'FOTA',
      mode: 'full',
      target: '2.0.0',
      sources: [],
      versions: null,
      package: null,
    },
  ],
  mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
  conditions: { batteryPercent: 30, signalDbm: -113 },
  retry: 0,
  waves: singleWave,
  allow: [],
});
