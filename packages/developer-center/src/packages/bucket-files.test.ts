import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { restoreFolder } from '../operations/backup.ts';
import { askForBackup } from '../operations/control.ts';
import { verifyFolder } from '../operations/verify.ts';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, type Running, register, run, sha256 } from '../testing/running.ts';
import { startS3, type TestS3 } from '../testing/s3.ts';
import { openBucketFiles, readFilesAddress } from './file-address.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
let s3: TestS3;
beforeEach(async () => {
  s3 = await startS3();
  ends.push(() => s3.end());
});
async function running(): Promise<Running> {
  // The store refuses requests that were signed more than a quarter of an hour ago.
  const clock = new VirtualClock(Date.now());
  const dc = await run({ files: s3.address, environment: s3.environment, clock });
  ends.push(() => dc.end());
  return dc;
}
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'otaplan-bucket-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('an uploaded package stands in the store alone, and goes with its package', async () => {
  const dc = await running();
  const { id, bytes, sha256: digest } = await addPackage(dc, '1.0.0');
  expect(readFileSync(s3.pathOf(digest)).equals(bytes)).toBe(true);
  expect(readdirSync(join(dc.dataDir, 'files'))).toEqual(['incoming']);
  expect(readdirSync(join(dc.dataDir, 'files', 'incoming'))).toEqual([]);
  expect((await dc.call('DELETE', `/ota/v1/packages/${id}`)).status).toBe(204);
  expect(await openBucketFiles(s3.address, s3.environment, systemClock).size(digest)).toBeNull();
});

test('a device downloads from Developer Center as ever, whole and by ranges', async () => {
  const dc = await running();
  await register(dc, ['D0001']);
  const { bytes } = await addPackage(dc, '2.0.0', { bytes: Buffer.alloc(400_000, 'firmware') });
  const device = new TestDevice(dc, 'D0001');
  await device.reportVersion('1.0.0');
  const [startUtc, endUtc] = [0, 86_400_000].map((after) =>
    new Date(dc.clock.now() + after).toISOString().slice(0, 16),
  );
  const effective = {
    start: `${startUtc}`,
    end: `${endUtc}`,
    zone: 'UTC',
    startUtc: `${startUtc}:00Z`,
    endUtc: `${endUtc}:00Z`,
  };
  const planId = await savePlan(dc, planDocument({ effective }));
  await activate(dc, planId);
  await device.readPlan();
  for (const status of ['planReceived', 'upgradeConfirmed']) await device.reportStatus(planId, status);
  const { url } = (await device.readPlan()).json.plan.components[0].address.files[0];
  expect(url).toContain(`${dc.server.url}/device/v1/files/`);
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  const part = await fetch(url, { headers: { Range: 'bytes=262000-399999' } });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 262000-399999/400000']);
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(262_000))).toBe(true);
});

test('verify reads the files in the store; a backup tells how many it does not have', async () => {
  const dc = await running();
  const { sha256: digest } = await addPackage(dc, '1.0.0');
  const [backup, restored] = [join(folder(), 'backup'), join(folder(), 'restored')];
  expect(await askForBackup(dc.dataDir, backup)).toEqual({ copied: 0, notCopied: 1 });
  const kept = openBucketFiles(s3.address, s3.environment, systemClock);
  expect(await verifyFolder(backup, kept)).toMatchObject({ problems: [], packageFiles: 1 });
  expect((await verifyFolder(backup)).problems).toEqual([expect.stringContaining('is missing')]);
  await restoreFolder(backup, restored, kept);
  writeFileSync(s3.pathOf(digest), 'other bytes');
  expect((await verifyFolder(restored, kept)).problems).toEqual([expect.stringContaining('is damaged')]);
  await expect(restoreFolder(backup, join(folder(), 'again'), kept)).rejects.toThrow('was not restored');
});

test('a server does not start on a store that refuses or has no such bucket, and tells no secret', async () => {
  const start = (address: string, more: Record<string, string>) =>
    run({ files: address, environment: { ...s3.environment, ...more }, clock: new VirtualClock(Date.now()) });
  const refused = await start(s3.address, { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'not-this-one' }).catch(
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ name: 'StartError', message: expect.stringContaining('AWS_SECRET_ACCESS_KEY') });
  expect(String(refused)).not.toContain('not-this-one');
  await expect(start(s3.address.replace('/packages/', '/nothing/'), {})).rejects.toThrow('no such bucket');
  await expect(start(s3.address, { AWS_ACCESS_KEY_ID: '' })).rejects.toThrow('AWS_ACCESS_KEY_ID');
});

test('a store that is gone makes files unavailable, and nothing of its requests is logged but the host', async () => {
  const dc = await running();
  const { id, bytes } = await addPackage(dc, '1.0.0', { upload: false });
  await s3.end();
  const reply = await dc.call('PUT', `/ota/v1/packages/${id}/files/fw.bin`, { bytes });
  expect([reply.status, reply.json.type]).toEqual([503, 'urn:otaplan:problem:unavailable']);
  const log = dc.logLines.join('\n');
  expect(log).toContain('A request failed.');
  expect(log).not.toMatch(/Signature|S3RVER|AWS4/);
});

test('the health of the service tells of a store of files that is gone, and everything else goes on', async () => {
  const dc = await running();
  const ask = (address: string) => dc.call('GET', address, { authorization: null });
  expect((await ask('/readyz?all')).json).toEqual({ status: 'ok', parts: { store: 'ok', files: 'ok' } });
  await s3.end();
  dc.clock.advance(5000);
  const ready = await ask('/readyz');
  expect([ready.status, ready.json]).toEqual([200, { status: 'degraded', parts: { store: 'ok', files: 'away' } }]);
  const all = await ask('/readyz?all');
  expect([all.status, all.json.detail]).toEqual([503, 'Files of packages cannot be kept or read.']);
  expect((await dc.call('GET', '/ota/v1/plans')).status).toBe(200);
});

/** Requests as a store gets them: s3rver does not look at signatures of version 4, so they are computed here a second time. */
async function recorder() {
  const seen: { method: string; url: string; headers: IncomingHttpHeaders; signature: string }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, signature: signatureOf(method, url, headers) });
    request.resume().on('end', () => response.writeHead(method === 'GET' ? 200 : 204).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `s3+http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket`, seen };
}

/** By https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, for paths without query or escapes. */
function signatureOf(method: string, path: string, headers: IncomingHttpHeaders): string {
  const [, scope = '', signed = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}`);
  const request = [method, path, '', ...lines, '', signed, headers['x-amz-content-sha256']].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(request)].join('\n');
  const hmac = (key: string | Buffer, message: string) => createHmac('sha256', key).update(message).digest();
  const key = scope.split('/').reduce<string | Buffer>(hmac, 'AWS4S3RVER');
  return hmac(key, text).toString('hex');
}

test('requests are signed as Amazon says, with the length, the digest, the session and the region', async () => {
  const { url, seen } = await recorder();
  const files = openBucketFiles(url, { ...s3.environment, AWS_SESSION_TOKEN: 'session' }, systemClock);
  const path = join(folder(), 'file');
  writeFileSync(path, 'content');
  const digest = sha256('content');
  await files.put(digest, 7, path);
  await files.remove(digest);
  // All of the file is not the range that was asked for.
  await expect(files.read(digest, 1, 2)[Symbol.asyncIterator]().next()).rejects.toThrow('answers GET with 200');
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
    ['PUT', 'DELETE', 'GET'].map((method) => `${method} /bucket/${digest.slice(0, 2)}/${digest}`),
  );
  for (const { headers, signature } of seen) {
    expect(headers.authorization).toContain('/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;');
    expect(headers.authorization).toContain(`Signature=${signature}`);
    expect(headers).toMatchObject({ 'x-amz-security-token': 'session' });
  }
  expect(seen[0]?.headers).toMatchObject({ 'content-length': '7', 'x-amz-content-sha256': digest });
  expect(seen[0]?.headers).not.toHaveProperty('transfer-encoding');
  expect(seen[2]?.headers).toMatchObject({ range: 'bytes=1-2' });
});

test.each([
  ['s3+https://s3.example.com/bucket/prefix', 'https://s3.example.com/bucket/prefix'],
  ['s3+https://bucket.s3.eu-west-1.amazonaws.com', 'https://bucket.s3.eu-west-1.amazonaws.com/'],
  ['s3+http://127.0.0.1:9000/bucket/', 'http://127.0.0.1:9000/bucket/'],
  ['https://s3.example.com/bucket', null],
  ['s3+https://key:secret@s3.example.com/bucket', null],
  ['s3+https://s3.example.com/bucket?x=1', null],
  ['s3+ftp://s3.example.com/bucket', null],
])('the address %s', (address, expected) => {
  expect(readFilesAddress(address)).toBe(expected);
});
