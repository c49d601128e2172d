import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type RunningServer, startServer } from '../server.ts';
import { activate, planDocument, TestDevice } from '../testing/plans.ts';
import { findPostgres } from '../testing/postgres.ts';
import { addPackage, type Callable, loginPath, register } from '../testing/running.ts';

const postgres = await findPostgres();
const why = typeof postgres === 'string' ? ` (skipped: ${postgres})` : '';

describe.skipIf(typeof postgres === 'string')(`two servers on one PostgreSQL${why}`, () => {
  const server = typeof postgres === 'string' ? null : postgres;
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'otaplan-replica-'));
    folders.push(made);
    return made;
  };
  afterAll(async () => {
    await server?.stop();
    for (const made of folders) rmSync(made, { recursive: true, force: true });
  }, 60_000);
  const start = (database: string, dataDir: string) =>
    startServer({ dataDir, database, port: 0, clock: systemClock, random: (count) => randomBytes(count) });

  test('share keys, accounts and files, and wake each other’s long polls', async () => {
    const [database, dataDir] = [(await server?.database()) ?? '', folder()];
    const [one, two] = await Promise.all([start(database, dataDir), start(database, dataDir)]);
    expect(two.accessKey).toBe(one.accessKey);
    const secret = readFileSync(one.accessSecretFile, 'utf8').trim();
    const token = await logIn(one, secret);
    const [first, second] = [callable(one, token), callable(two, token)];
    await register(first, ['DEV1']);
    const { bytes, sha256 } = await addPackage(first, '2.0.0');
    expect((await second.call('GET', '/ota/v1/packages')).json.items).toMatchObject([{ files: [{ sha256 }] }]);
    const device = new TestDevice(second, 'DEV1');
    await device.reportVersion('1.0.0');

    // The same request to both: one plan.
    const at = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16)}`;
    const [from, to] = [at(-1), at(7)];
    const effective = { start: from, end: to, zone: 'UTC', startUtc: `${from}:00Z`, endUtc: `${to}:00Z` };
    const create = (replica: Callable) =>
      replica.call('POST', '/ota/v1/plans', {
        body: { document: planDocument({ effective }) },
        headers: { 'Idempotency-Key': 'the-same' },
      });
    const created = await Promise.all([create(first), create(second)]);
    expect(created.map(({ status }) => status).sort()[0]).toBe(201);
    const plans = (await second.call('GET', '/ota/v1/plans')).json.items;
    expect(plans).toHaveLength(1);
    const planId: string = plans[0].plan.id;

    const before = await device.readPlan();
    const etag = before.headers.get('ETag') ?? '';
    const began = performance.now();
    const poll = device.readPlan({ 'If-None-Match': etag, Prefer: 'wait=60' });
    await activate(first, planId);
    expect((await poll).json.plan).toMatchObject({ id: planId });
    expect(performance.now() - began).toBeLessThan(30_000);

    await device.reportStatus(planId, 'planReceived');
    await device.reportStatus(planId, 'upgradeConfirmed');
    await device.reportStatus(planId, 'readyToDownload');
    const [file] = (await device.readPlan()).json.plan.components[0].address.files;
    // Signed by one, served by the other.
    const got = await fetch(file.url.replace(two.url, one.url));
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    await one.close();
    await device.reportVersion('2.0.0');
    expect((await second.call('GET', `/ota/v1/plans/${planId}`)).json.devices).toMatchObject({ upgraded: 1 });
    await two.close();
  }, 60_000);

  test('a replica with another key does not start, and one with the key in a file does', async () => {
    const [database, mine, theirs] = [(await server?.database()) ?? '', folder(), folder()];
    writeFileSync(join(mine, 'server-key'), 'ab'.repeat(32), { mode: 0o600 });
    const one = await start(database, mine);
    await expect(start(database, theirs)).rejects.toThrow(/server-key/);
    writeFileSync(join(theirs, 'server-key'), 'cd'.repeat(32), { mode: 0o600 });
    await expect(start(database, theirs)).rejects.toThrow(/server-key/);
    expect(readFileSync(one.accessSecretFile, 'utf8')).toMatch(/^\S{43}\n$/);
    await one.close();
  });
});

async function logIn(server: RunningServer, secret: string): Promise<string> {
  const reply = await fetch(server.url + loginPath(server.accessKey, secret, Date.now()));
  return ((await reply.json()) as { access_token: string }).access_token;
}

function callable({ url }: RunningServer, token: string): Callable {
  return {
    async call(method, path, { body, bytes, headers, authorization = token } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(authorization === null ? {} : { Authorization: authorization }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: (bytes ?? (body === undefined ? null : JSON.stringify(body))) as NonNullable<RequestInit['body']> | null,
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: text === '' ? null : JSON.parse(text) };
    },
  };
}
