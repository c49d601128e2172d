import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, product, type Running, register, run } from '../testing/running.ts';

describe('the device gateway', () => {
  let dc: Running;
  let device: TestDevice;
  let fw: Awaited<ReturnType<typeof addPackage>>;
  beforeEach(async () => {
    dc = await run();
    await register(dc, ['D0001', 'D0002']);
    fw = await addPackage(dc, '2.0.0', {
      bytes: Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 7) % 251)),
    });
    device = new TestDevice(dc, 'D0001');
  });
  afterEach(() => dc.end());

  /** Begins to wait with what the device knows, and is back once the service waits, too. */
  const waiting = async (seconds: number) => {
    const etag = (await device.readPlan()).headers.get('etag') ?? '';
    const reply = device.readPlan({ 'If-None-Match': etag, Prefer: `wait=${seconds}` });
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { reply, etag };
  };

  test('a device proves itself with its own secret, and is told nothing of others', async () => {
    expect((await device.readPlan()).status).toBe(200);
    const wrong = [
      new TestDevice(dc, 'D0001', 'secret-of-D0002'),
      new TestDevice(dc, 'D9999'),
      new TestDevice(dc, 'D0002', 'x'),
    ];
    const texts = new Set<string>();
    for (const other of wrong) {
      const reply = await other.readPlan();
      expect(reply.status).toBe(401);
      texts.add(reply.json.detail);
      expect((await other.send([])).status).toBe(401);
    }
    expect(texts.size).toBe(1);
    const token = await dc.logIn();
    expect((await dc.call('GET', `${device.path}/plan`, { authorization: token })).status).toBe(401);
    expect((await dc.call('GET', '/ota/v1', { authorization: 'Device secret-of-D0001' })).status).toBe(401);
  });

  test('a long poll without a change ends unchanged when its time is over', async () => {
    const { reply, etag } = await waiting(45);
    dc.clock.advance(45_000);
    const ended = await reply;
    expect([ended.status, ended.text, ended.headers.get('etag')]).toEqual([304, '', etag]);
  });

  test('an activated plan wakes the poll of its device', async () => {
    await device.reportVersion('1.0.0');
    const { reply } = await waiting(60);
    const planId = await savePlan(dc);
    await activate(dc, planId);
    const woken = await reply;
    expect(woken.status).toBe(200);
    expect(woken.json.plan).toMatchObject({
      id: planId,
      components: [{ identifier: 'FOTA', targetVersion: '2.0.0', attempt: 1, address: null, space: 700_000 }],
    });
  });

  test('a device that waits is online, one that hung up is not', async () => {
    const authorization = await dc.logIn();
    const status = async () => {
      const path = `/v2/devicemgr/r3/openapi/device/detail?productKey=${product}&deviceKey=D0001`;
      return (await dc.call('GET', path, { authorization })).json.data.deviceStatus;
    };
    expect(await status()).toBe(0);
    const etag = (await device.readPlan()).headers.get('etag') ?? '';
    expect(await status()).toBe(1);
    const abort = new AbortController();
    const hangs = fetch(`${dc.server.url}${device.path}/plan`, {
      headers: { Authorization: 'Device secret-of-D0001', 'If-None-Match': etag, Prefer: 'wait=60' },
      signal: abort.signal,
    }).catch(() => 'hung up');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await status()).toBe(1);
    abort.abort();
    expect(await hangs).toBe('hung up');
    await expect.poll(status).toBe(0);
  });

  test('broken reports are ignored with a reason, their neighbours count, and poison does no harm', async () => {
    const good = { id: 'g1', kind: 'versions', components: [{ identifier: 'FOTA', type: 'module', version: '1.2.3' }] };
    const reply = await device.send([
      null,
      'text',
      { id: 'a', kind: 'unknown' },
      { id: 'b', kind: 'versions', components: [{ identifier: 'F\u0000TA', type: 'module', version: '1' }] },
      { id: 'c', kind: 'versions', components: [], battery: 101 },
      {
        id: 'd',
        kind: 'status',
        planId: "'; DROP TABLE plan; --",
        identifier: 'FOTA',
        attempt: 1,
        status: 'downloading',
        progress: -1,
      },
      {
        id: 'e',
        kind: 'status',
        planId: 'p',
        identifier: 'FOTA',
        attempt: 1,
        status: 'upgradeFailed',
        cause: '\ud800\u001b[31m<b>=1+1',
      },
      good,
    ]);
    expect(reply.status).toBe(200);
    const results = reply.json.results as { id: string; result: string; reason?: string }[];
    expect(results.map(({ id, result }) => `${id}:${result}`)).toEqual([
      ':ignored',
      ':ignored',
      'a:ignored',
      'b:ignored',
      'c:ignored',
      'd:ignored',
      'e:ignored',
      'g1:applied',
    ]);
    for (const { result, reason } of results) if (result === 'ignored') expect(reason).toBeTruthy();
    const large = await device.send([{ id: 'x', kind: 'status', cause: 'y'.repeat(70_000) }]);
    expect(large.status).toBe(413);
    expect((await device.send([])).status).toBe(400);
  });

  /** Confirms, so that the plan message has an address. */
  const addressOf = async () => {
    await device.reportVersion('1.0.0');
    const planId = await savePlan(dc);
    await activate(dc, planId);
    await device.readPlan();
    await device.reportStatus(planId, 'planReceived');
    await device.reportStatus(planId, 'upgradeConfirmed');
    const message = await device.readPlan();
    const [file] = message.json.plan.components[0].address.files;
    return { planId, file };
  };

  test('a confirmed device downloads its file, whole and by ranges, and reports to success', async () => {
    const { planId, file } = await addressOf();
    expect(file).toMatchObject({ name: 'fw.bin', size: 700_000, sha256: fw.sha256 });
    const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(file.url, { headers, method });
    const whole = await get();
    expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
    expect(Buffer.from(await whole.arrayBuffer()).equals(fw.bytes)).toBe(true);
    const part = async (range: string, from: number, to: number) => {
      const reply = await get({ Range: range });
      expect([reply.status, reply.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to}/700000`]);
      expect(Buffer.from(await reply.arrayBuffer()).equals(fw.bytes.subarray(from, to + 1))).toBe(true);
    };
    await part('bytes=0-0', 0, 0);
    await part('bytes=262000-524400', 262_000, 524_400);
    await part('bytes=699999-', 699_999, 699_999);
    await part('bytes=-10', 699_990, 699_999);
    await part('bytes=600000-9999999', 600_000, 699_999);
    const beyond = await get({ Range: 'bytes=700000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */700000']);
    const etag = whole.headers.get('etag') ?? '';
    expect((await get({ Range: 'bytes=0-1', 'If-Range': etag })).status).toBe(206);
    const other = await get({ Range: 'bytes=0-1', 'If-Range': '"other"' });
    expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 700_000]);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '700000']);

    for (const status of ['readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading'])
      expect((await device.reportStatus(planId, status)).json.results[0].result).toBe('applied');
    await device.reportVersion('2.0.0');
    const summary = await dc.call('GET', `/ota/v1/plans/${planId}/summary`);
    expect(summary.json.devices).toMatchObject({ upgraded: 1 });
  });

  /** Takes the body as well: one that is left lying holds its connection. */
  const statusOf = async (url: string) => {
    const reply = await fetch(url);
    await reply.arrayBuffer();
    return reply.status;
  };

  test('an address is good for hours and for nothing else', async () => {
    const { file } = await addressOf();
    const token = new URL(file.url).pathname.split('/')[4] ?? '';
    const changed = file.url.replace(token, `${token.slice(0, -2)}xx`);
    expect(await statusOf(changed)).toBe(403);
    expect(await statusOf(file.url.replace(fw.sha256, 'f'.repeat(64)))).toBe(403);
    expect(dc.logLines.join('\n')).not.toContain(token);
    dc.clock.advance(60 * 60_000);
    expect(await statusOf(file.url)).toBe(200);
    dc.clock.advance(60 * 60_000);
    expect(await statusOf(file.url)).toBe(403);
  });

  test('a package file that was changed on the disk is not served', async () => {
    const { file } = await addressOf();
    const path = join(dc.dataDir, 'files', fw.sha256.slice(0, 2), fw.sha256);
    const content = readFileSync(path);
    content[500_000] = (content[500_000] ?? 0) ^ 1;
    writeFileSync(path, content);
    expect(await statusOf(file.url)).toBe(503);
    // Uploaded again, it is whole again.
    await dc.call('PUT', `/ota/v1/packages/${fw.id}/files/fw.bin`, { bytes: fw.bytes });
    expect((await (await fetch(file.url)).arrayBuffer()).byteLength).toBe(700_000);
    // Changed after it was found good: the part before the damage may go out, the damage does not.
    writeFileSync(path, content);
    await expect(fetch(file.url).then((reply) => reply.arrayBuffer())).rejects.toThrow();
    expect(await statusOf(file.url)).toBe(503);
  });

  test('stopping ends open polls', async () => {
    const { reply } = await waiting(60);
    await dc.server.close();
    expect((await reply).status).toBe(304);
  });

  test('many polls are open at once and each is woken', async () => {
    const keys = Array.from({ length: 200 }, (_, i) => `M${String(i).padStart(5, '0')}`);
    await register(dc, keys);
    const devices = keys.map((key) => new TestDevice(dc, key));
    const etag = (await devices[0]?.readPlan())?.headers.get('etag') ?? '';
    const replies = devices.map((one) => one.readPlan({ 'If-None-Match': etag, Prefer: 'wait=60' }));
    await new Promise((resolve) => setTimeout(resolve, 800));
    await Promise.all(devices.map((one) => one.reportVersion('1.0.0')));
    await activate(dc, await savePlan(dc, planDocument({ name: 'Many' })));
    const statuses = (await Promise.all(replies)).map((reply) => reply.status);
    expect(statuses.every((status) => status === 200)).toBe(true);
  }, 60_000);
});
