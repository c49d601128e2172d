import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { Pool } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { backoff } from './backoff.ts';
import { HttpConnection } from './connection.ts';
import type { DownloadedFile } from './digests.ts';
import { Download, rangeBytes } from './download.ts';
import { retryAfter } from './failure.ts';
import { Outbox } from './outbox.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function serve(answer: RequestListener): Promise<{ url: string; pool: Pool }> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pool = new Pool(url);
  open.push(
    () => pool.destroy(),
    () => new Promise((resolve) => server.close(resolve)),
  );
  return { url, pool };
}
async function connection(answer: RequestListener, prefix = ''): Promise<HttpConnection> {
  const { url, pool } = await serve(answer);
  const identity = { productKey: 'p1', deviceKey: 'device1', secret: 'secret1' };
  return new HttpConnection(url + prefix, identity, { exchange: pool, poll: pool }, () => 0);
}

describe('a device connection', () => {
  it('proves itself and asks for the plan with tag and wait', async () => {
    const seen: unknown[] = [];
    const device = await connection((request, reply) => {
      const { authorization, prefer, 'if-none-match': tag } = request.headers;
      seen.push([request.url, authorization, prefer, tag]);
      if (tag === '"one"') reply.writeHead(304).end();
      else reply.writeHead(200, { etag: '"one"' }).end('{"plan":null,"pollAfter":30}');
    }, '/center/');
    expect(await device.readPlan(null, 0)).toEqual({ message: { plan: null, pollAfter: 30 }, etag: '"one"' });
    expect(await device.readPlan('"one"', 50)).toEqual({ message: null, etag: '"one"' });
    const path = '/center/device/v1/products/p1/devices/device1/plan';
    expect(seen).toEqual([
      [path, 'Device secret1', undefined, undefined],
      [path, 'Device secret1', 'wait=50', '"one"'],
    ]);
  });

  it.each([
    ['no JSON', 200, '<html>', 'garbage'],
    ['another shape', 200, '{"plan":{}}', 'garbage'],
    ['an endless reply', 200, 'x'.repeat(2_000_000), 'garbage'],
    ['a redirect', 302, '', 'garbage'],
    ['a refusal', 401, '', 'refused'],
    ['a stranger', 404, '', 'refused'],
    ['too much', 429, '', 'busy'],
    ['a breakdown', 500, '', 'busy'],
    ['a misunderstanding', 400, '', 'notUnderstood'],
  ])('tells %s from the others', async (_, status, text, kind) => {
    const device = await connection((__, reply) => reply.writeHead(status).end(text));
    await expect(device.readPlan(null, 0)).rejects.toMatchObject({ name: 'ExchangeFailure', kind });
  });

  it('does not follow a redirect, so that its secret reaches no other host', async () => {
    const reached: string[] = [];
    const elsewhere = await serve((request, reply) => {
      reached.push(request.url ?? '');
      reply.end();
    });
    const device = await connection((_, reply) => reply.writeHead(307, { location: elsewhere.url }).end());
    await expect(device.sendReports([{}])).rejects.toMatchObject({ kind: 'garbage' });
    expect(reached).toEqual([]);
  });

  it('says when nobody is there', async () => {
    const device = await connection((request) => void request.socket.destroy());
    await expect(device.sendReports([{}])).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 10_000],
    ['999999999', 300_000],
    ['0', null],
    ['Wed, 31 Dec 1969 23:59:00 GMT', null],
    ['soon', null],
    ['', null],
    [undefined, null],
  ])('%s is %s ms', (header, expected) => {
    expect(retryAfter(header, 0)).toBe(expected);
  });
});

describe('the pause after a failure', () => {
  it('grows, is spread over all of its length and has an end', () => {
    expect([1, 2, 3].map((failures) => backoff(failures, null, 0.999))).toEqual(
      [1998, 3996, 7992].map((n) => expect.closeTo(n)),
    );
    expect(backoff(1, null, 0)).toBe(0);
    expect(backoff(500, null, 0.999)).toBeLessThanOrEqual(60_000);
    expect(backoff(1, 10_000, 0.5)).toBe(11_000);
  });
});

describe('an outbox', () => {
  it('offers the same reports with the same ids until they are acknowledged', () => {
    const outbox = new Outbox('run1');
    outbox.add({ kind: 'request', components: [] });
    outbox.add({ kind: 'request', components: [] });
    const first = outbox.batch(1);
    expect(outbox.batch(1)).toEqual(first);
    expect(first).toEqual([{ id: 'run1-0', kind: 'request', components: [] }]);
    outbox.acknowledge(1);
    expect(outbox.batch(5)).toEqual([{ id: 'run1-1', kind: 'request', components: [] }]);
    outbox.acknowledge(1);
    expect(outbox.length).toBe(0);
  });
});

describe('a download', () => {
  const payload = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 7) % 251));
  const digest = (name: string) => createHash(name).update(payload).digest('hex');
  const file: DownloadedFile = {
    name: 'app.bin',
    url: '',
    size: payload.length,
    md5: digest('md5').toUpperCase(),
    sha256: digest('sha256'),
    crc32: crc32(payload).toString(16),
  };
  const ranges: RequestListener = (request, reply) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    reply.writeHead(206, { 'content-range': `bytes ${from}-${to}/${payload.length}`, etag: '"v1"' });
    reply.end(payload.subarray(Number(from), Number(to) + 1));
  };
  const whole = async (download: Download, url: string) => {
    while (download.bytes < download.file.size) await download.next(url);
    return download.differs();
  };

  it('comes range by range, without the secret, and is checked', async () => {
    const seen: unknown[] = [];
    const { url, pool } = await serve((request, reply) => {
      seen.push([request.headers.range, request.headers.authorization, request.headers['if-range']]);
      ranges(request, reply);
    });
    expect(await whole(new Download(file, pool, () => 0), `${url}/app.bin`)).toBeNull();
    expect(seen).toEqual([
      [`bytes=0-${rangeBytes - 1}`, undefined, undefined],
      [`bytes=${rangeBytes}-${2 * rangeBytes - 1}`, undefined, '"v1"'],
      [`bytes=${2 * rangeBytes}-699999`, undefined, '"v1"'],
    ]);
  });

  it('goes on behind the last byte after it broke in the middle of a range', async () => {
    const froms: number[] = [];
    const { url, pool } = await serve((request, reply) => {
      const from = Number(/^bytes=(\d+)/.exec(request.headers.range ?? '')?.[1]);
      froms.push(from);
      if (froms.length !== 2) return ranges(request, reply);
      reply.writeHead(206, {
        'content-range': `bytes ${from}-${from + rangeBytes - 1}/700000`,
        'content-length': rangeBytes,
      });
      // The rest never comes. Only what has arrived counts.
      reply.write(payload.subarray(from, from + 1000), () => setImmediate(() => reply.destroy()));
    });
    const download = new Download(file, pool, () => 0);
    await download.next(url);
    await expect(download.next(url)).rejects.toMatchObject({ kind: 'unreachable' });
    expect(await whole(download, url)).toBeNull();
    expect(froms).toEqual([0, rangeBytes, rangeBytes + 1000, 2 * rangeBytes + 1000]);
  });

  it('begins anew when the server sends the whole file for a range', async () => {
    const { url, pool } = await serve((request, reply) => {
      if (request.headers.range?.startsWith('bytes=0-')) ranges(request, reply);
      else reply.writeHead(200).end(payload);
    });
    expect(await whole(new Download(file, pool, () => 0), url)).toBeNull();
  });

  it.each([
    ['crc32', '0', 'CRC-32 of app.bin does not match'],
    ['md5', '0', 'MD5 of app.bin does not match'],
    ['sha256', '0', 'SHA-256 of app.bin does not match'],
  ])('notices a wrong %s', async (member, value, cause) => {
    const { url, pool } = await serve(ranges);
    expect(await whole(new Download({ ...file, [member]: value }, pool, () => 0), url)).toContain(cause);
  });

  it('notices a wrong size at once', async () => {
    const { url, pool } = await serve(ranges);
    const message = 'Size of app.bin is 700000, expected 5';
    await expect(new Download({ ...file, size: 5 }, pool, () => 0).next(url)).rejects.toMatchObject({ message });
  });

  it.each([
    [403, 'addressOver'],
    [410, 'addressOver'],
    [416, 'notUnderstood'],
    [503, 'busy'],
    [302, 'garbage'],
  ])('tells what %s means', async (status, kind) => {
    const { url, pool } = await serve((_, reply) => reply.writeHead(status).end('sorry'));
    await expect(new Download(file, pool, () => 0).next(url)).rejects.toMatchObject({ kind });
  });

  it('does not take another range than the one asked for', async () => {
    const { url, pool } = await serve((_, reply) => {
      reply.writeHead(206, { 'content-range': 'bytes 5-9/700000' }).end('abcde');
    });
    await expect(new Download(file, pool, () => 0).next(url)).rejects.toMatchObject({ kind: 'garbage' });
  });
});
