import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient, describeFile, systemAmbient } from '@otaplan/client';
import { type Plan, singleWave, withDigest } from '@otaplan/model';
import * as vscode from 'vscode';
import { answering, extensionId, messages, until } from './help.ts';
import { createLine, type Line } from './line.ts';
import { inside } from './rollout.ts';

/** A Developer Center in a process of its own, that somebody else started, and a connection to it over a line that can be cut. */
export interface Distant {
  /** Name of the connection. */
  readonly name: string;
  readonly line: Line;
  /** Of another person, who goes round the line. */
  readonly client: Client;
  kill(): Promise<void>;
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>;
  /** What a device says of itself; it has the one component FOTA. */
  report(deviceKey: string, reports: readonly Record<string, unknown>[]): Promise<void>;
  end(): Promise<void>;
}

export const distantProduct = 'p1distant';
const secretOf = (deviceKey: string) => `secret-of-${deviceKey}`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Devices of the distant product by number, in order. */
export const distantKey = (index: number) => `DIST${String(index).padStart(6, '0')}`;

export async function startDistant(devices: number): Promise<Distant> {
  const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-distant-'));
  const otaplan = path.join(vscode.extensions.getExtension(extensionId)?.extensionPath ?? '', 'dist/otaplan.mjs');
  let child: ChildProcess | undefined;
  let port = 0;
  let ready: { url: string; accessKey: string; accessSecretFile: string } | undefined;
  async function start(): Promise<void> {
    const started = spawn(process.execPath, [otaplan, 'server', '--data', folder, '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = started;
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stdout }).once('line', resolve);
      started.once('exit', (code) => reject(new Error(`the distant Developer Center ended with ${code}`)));
    });
    ready = JSON.parse(line);
    port = Number(new URL(ready?.url ?? '').port);
  }
  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }
  await start();
  assert.ok(ready);
  const { url, accessKey, accessSecretFile } = ready;
  const accessSecret = readFileSync(accessSecretFile, 'utf8').trim();
  const client = createClient({
    server: url,
    ambient: systemAmbient,
    credentials: async () => ({ accessKey, accessSecret }),
  });
  await client.registerProducts([{ productKey: distantProduct, name: 'Distant' }]);
  for (let from = 0; from < devices; from += 1000) {
    const keys = Array.from({ length: Math.min(1000, devices - from) }, (_, index) => distantKey(from + index));
    const rows = keys.map((deviceKey) => ({ deviceKey, secretSha256: sha256(secretOf(deviceKey)) }));
    await client.registerDevices(distantProduct, rows);
  }
  const line = await createLine(() => port);
  const name = 'Distant';
  await connect(name, `http://127.0.0.1:${line.port}`, accessKey, accessSecret);
  return {
    name,
    line,
    client,
    kill,
    start,
    async report(deviceKey, reports) {
      const response = await fetch(`${url}/device/v1/products/${distantProduct}/devices/${deviceKey}/reports`, {
        method: 'POST',
        headers: { authorization: `Device ${secretOf(deviceKey)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reports }),
      });
      assert.equal(response.status, 200, await response.text());
    },
    async end() {
      await disconnect(name);
      await client.close();
      await line.end();
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connect(name: string, server: string, accessKey: string, accessSecret: string): Promise<void> {
  const settings = vscode.workspace.getConfiguration('otaplan');
  await settings.update('connections', [{ name, server }], vscode.ConfigurationTarget.Global);
  const { connections } = await inside();
  // an earlier one of this name may still be known
  await until('the connection', () => connections.find(name)?.server === server);
  const answers = [accessKey, accessSecret];
  const asked = await answering({ showInputBox: () => answers.shift() }, () =>
    vscode.commands.executeCommand('otaplan.signIn', name),
  );
  // news of other plans may come meanwhile
  assert.deepEqual(messages(asked.filter(({ how }) => how === 'showErrorMessage')), []);
  await until('signed in', () => connections.find(name)?.accessKey);
}

async function disconnect(name: string): Promise<void> {
  await answering({}, () => vscode.commands.executeCommand('otaplan.signOut', name));
  const settings = vscode.workspace.getConfiguration('otaplan');
  await settings.update('connections', undefined, vscode.ConfigurationTarget.Global);
  const { connections } = await inside();
  await until('the end of the connection', () => connections.find(name) === undefined);
}

/** A plan of the distant product for the devices that are named, or all; it is pushed when devices ask. */
export function distantPlan(name: string, version: string, include: readonly string[] | 'all' = 'all'): Plan {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  const [start, end] = [local(minute), local(minute + 24 * 3_600_000)];
  const all = include === 'all';
  return withDigest({
    name,
    product: distantProduct,
    effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
    targets: { all, include: all ? [] : [...include], exclude: [], count: null },
    components: [
      {
        ...{ component: 'modem', type: 'module', identifier: 'FOTA', mode: 'full' },
        ...{ target: version, sources: [], versions: null, package: null },
      },
    ],
    mode: { kind: 'silent', push: 'onRequest', afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
  } as Parameters<typeof withDigest>[0]);
}

/** Uploads the package of a version, creates the plan and activates it. @returns its id */
export async function activate({ client }: Distant, plan: Plan): Promise<string> {
  const [component] = plan.components;
  assert.ok(component);
  const about = { type: component.type, version: component.target, sourceVersion: null };
  if (!(await client.packages.find(about))) {
    const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-firmware-'));
    const file = path.join(folder, 'fw.bin');
    writeFileSync(file, `firmware ${component.target}`);
    const local = await describeFile(file, 'fw.bin');
    const { size, sha256: digest } = local;
    const files = [{ name: local.name, size, sha256: digest }];
    const { id } = await client.packages.create({ ...about, name: `Modem ${component.target}`, files });
    await client.packages.upload(id, local);
    rmSync(folder, { recursive: true });
  }
  const { plan: created } = await client.plans.create(plan);
  await client.plans.act('activate', created.id);
  return created.id;
}

/** Statuses on the way to a failure, and the failure. */
export function failing(planId: string, attempt: number, cause: string): Record<string, unknown>[] {
  const way = ['planReceived', 'upgradeConfirmed', 'readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading'];
  const report = (status: string) => ({
    ...{ id: `${attempt}-${status}`, kind: 'status', planId, identifier: 'FOTA', attempt, status },
  });
  return [...way.map(report), { ...report('upgradeFailed'), cause }];
}

/** The device asks for a plan, which issues it. */
export const request = (version: string) => ({
  ...{ id: `request-${version}`, kind: 'request', components: [{ identifier: 'FOTA', type: 'module', version }] },
});
