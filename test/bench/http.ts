/**
 * Durable status reports a second over real HTTP, one report a call, from this process into a server in a process of its own; and
 * the memory of simulated devices (`--devices N`, 10,000) and of the server they are connected to.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Center } from '../faults/center.ts';
import { keysOf, productKey, secretOf, way } from '../faults/documents.ts';
import { residentMb } from './processes.ts';

const { values } = parseArgs({
  options: { devices: { type: 'string', default: '10000' }, reporting: { type: 'string', default: '1500' } },
});
const command = path.join(import.meta.dirname, '../../packages/cli/src/main.ts');
const center = new Center();
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function report(url: string, key: string, planId: string, statuses: readonly string[]): Promise<number> {
  const reports = statuses.map((status) => ({
    id: `${key}-${status}`,
    kind: 'status',
    planId,
    identifier: 'FOTA',
    attempt: 1,
    status,
  }));
  const body = JSON.stringify({ reports });
  return new Promise((done, failed) => {
    const call = request(
      `${url}/device/v1/products/${productKey}/devices/${key}/reports`,
      {
        method: 'POST',
        agent,
        headers: {
          Authorization: `Device ${secretOf(key)}`,
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
      },
    );
    call.on('error', failed);
    call.end(body);
  });
}

try {
  await center.start();
  const keys = keysOf(Number(values.reporting));
  await center.register(keys);
  for (const perCall of [1, way.length]) {
    const version = `${perCall + 1}.0.0`;
    const planId = await center.activate(version);
    await inParallel(keys, (key) => center.request(key, '1.0.0'));
    const begin = performance.now();
    for (let first = 0; first < way.length; first += perCall) {
      await inParallel(keys, (key) => report(center.url, key, planId, way.slice(first, first + perCall)));
    }
    const seconds = (performance.now() - begin) / 1000;
    console.log(`over HTTP, ${perCall} a call: ${Math.round((keys.length * way.length) / seconds)} reports/s`);
    const summary = await center.call('GET', `/ota/v1/plans/${planId}/summary`);
    if (summary.json.devices.upgrading !== keys.length) throw new Error(JSON.stringify(summary.json.devices));
    await center.call('POST', `/ota/v1/plans/${planId}/terminate`, {});
    await inParallel(keys, (key) => center.versions(key, version));
  }
  agent.destroy();

  const before = residentMb(center.process?.pid);
  const child = spawn(
    process.execPath,
    [command, 'simulate', '--product', 'p1memory', '--devices', values.devices, '--component', 'module:FOTA=1.0.0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        OTAPLAN_SERVER: center.url,
        OTAPLAN_ACCESS_KEY: center.accessKey,
        OTAPLAN_ACCESS_SECRET: readFileSync(path.join(center.folder, 'access-secret'), 'utf8').trim(),
      },
    },
  );
  const line = await new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once('line', done);
    child.once('exit', (code) => failed(new Error(`The simulation ended with ${code}.`)));
  });
  const server = residentMb(center.process?.pid);
  console.log(`${JSON.parse(line).online} simulated devices online, each with a long poll open:`);
  console.log(`  the devices' process ${residentMb(child.pid)} MB, the server ${server} MB (${before} before them)`);
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
} finally {
  await center.end();
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < items.length) {
        const item = items[next++];
        if (item !== undefined) await work(item);
      }
    }),
  );
}
