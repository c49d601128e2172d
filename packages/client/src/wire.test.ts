import { activatePlan, createPlan, deletePlan, getServerInfo, listPackages, updatePlanTexts } from '@otaplan/api';
import { beforeEach, describe, expect, it } from 'vitest';
import { bothExchanges } from './both-exchanges.ts';
import { directExchange } from './exchange.ts';
import { ClientError } from './failures.ts';
import { type Answer, faultyServer, json, problem } from './faulty-server.ts';
import { virtualAmbient } from './virtual-ambient.ts';
import { createWire, type WireOptions } from './wire.ts';

let exchange = () => directExchange();

const info = {
  name: 'otaplan',
  version: '1',
  zoneData: '2026c',
  time: '2026-11-24T08:00:00Z',
  role: 'owner',
  later: 1,
};
const secret = 'canary-secret-7f3a';

async function against(answer: Answer, options: Partial<WireOptions> = {}) {
  const server = await faultyServer(answer);
  const ambient = virtualAmbient({ skip: 100_000 });
  const wire = createWire({
    server: server.url,
    credentials: async () => ({ accessKey: 'AK', accessSecret: secret }),
    ambient,
    timeout: 120_000,
    exchange: exchange(),
    ...options,
  });
  return { server, wire, ambient, info: () => wire.call(getServerInfo, {}) };
}
async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ClientError)) throw error ?? new Error('It did not fail.');
  expect(error.message).not.toContain(secret);
  expect(JSON.stringify(error.failure)).not.toContain(secret);
  return error.failure;
}
const document = { name: 'x' } as never;

describe.each(bothExchanges)('over %s', (_, make) => {
  beforeEach(() => {
    exchange = make;
  });

  describe('log-in', () => {
    it('is made once for twenty calls at once, signed as published', async () => {
      const { server, info: call } = await against((_, reply) => json(reply, 200, info));
      await Promise.all(Array.from({ length: 20 }, call));
      expect(server.logins).toHaveLength(1);
      const query = new URL(server.logins[0] ?? '', 'http://x').searchParams;
      expect(query.get('username')).toMatch(
        /^ver=1&auth_mode=accessKey&sign_method=sha256&access_key=AK&timestamp=\d{13}$/,
      );
      expect(query.get('password')).toMatch(/^[0-9a-f]{64}$/);
      await server[Symbol.asyncDispose]();
    });
    it('is made again, once, when tokens are over in the middle', async () => {
      const { server, info: call } = await against((_, reply) => json(reply, 200, info));
      await call();
      server.tokens.clear();
      await Promise.all(Array.from({ length: 20 }, call));
      expect(server.logins).toHaveLength(2);
      await server[Symbol.asyncDispose]();
    });
    it('is renewed after an hour', async () => {
      const { server, info: call, ambient } = await against((_, reply) => json(reply, 200, info));
      await call();
      await ambient.advance(3_599_000);
      await call();
      expect(server.logins).toHaveLength(1);
      await ambient.advance(2_000);
      await call();
      expect(server.logins).toHaveLength(2);
      await server[Symbol.asyncDispose]();
    });
    it('gives up with a name when a fresh token is refused as well', async () => {
      const { server, info: call } = await against((_, reply) => problem(reply, 401, 'not-signed-in'));
      expect(await failure(call())).toMatchObject({ kind: 'signInRefused' });
      expect(server.logins).toHaveLength(2);
      await server[Symbol.asyncDispose]();
    });
  });

  describe('a reading call', () => {
    it.each<[string, Answer]>([
      [
        'a reset in mid-reply',
        (_, reply) => {
          reply.writeHead(200, { 'content-length': '500' });
          reply.write('{"name":');
          setImmediate(() => reply.destroy());
        },
      ],
      ['cut JSON with status 200', (_, reply) => reply.end('{"name": "otap')],
      ['a web page with status 200', (_, reply) => reply.end('<html>Welcome</html>')],
      [
        '429 with Retry-After in seconds',
        (_, reply) => problem(reply, 429, 'too-many-requests', { 'retry-after': '7' }),
      ],
      [
        '503 with a date in the past',
        (_, reply) => problem(reply, 503, 'unavailable', { 'retry-after': 'Mon, 23 Nov 2020 08:00:00 GMT' }),
      ],
      [
        '503 without Retry-After',
        (_, reply) => {
          reply.statusCode = 503;
          reply.end('busy');
        },
      ],
      [
        '502 from a proxy',
        (_, reply) => {
          reply.statusCode = 502;
          reply.end('<html>Bad gateway</html>');
        },
      ],
      ['service exception in the envelope', (_, reply) => json(reply, 200, { code: 50000, msg: 'service exception' })],
    ])('survives %s', async (_, fault) => {
      const { server, info: call } = await against((request, reply, turn, body) =>
        turn < 2 ? fault(request, reply, turn, body) : json(reply, 200, info),
      );
      expect(await call()).toMatchObject({ name: 'otaplan' });
      expect(server.requests).toHaveLength(3);
      await server[Symbol.asyncDispose]();
    });
    it('waits as long as Retry-After says, in seconds or as a date', async () => {
      const {
        server,
        info: call,
        ambient,
      } = await against((_, reply, turn) => {
        if (turn === 0) problem(reply, 429, 'too-many-requests', { 'retry-after': '7' });
        else if (turn === 1) {
          problem(reply, 503, 'unavailable', { 'retry-after': new Date(ambient.now() + 20_000).toUTCString() });
        } else json(reply, 200, info);
      });
      await call();
      expect(ambient.waits[0]).toBe(7000);
      expect(ambient.waits[1]).toBe(20_000);
      await server[Symbol.asyncDispose]();
    });
    it('does not wait for a huge Retry-After but says until when', async () => {
      const {
        server,
        info: call,
        ambient,
      } = await against((_, reply) => problem(reply, 503, 'unavailable', { 'retry-after': '99999999' }));
      expect(await failure(call())).toMatchObject({ kind: 'busy', status: 503, retryAt: ambient.now() + 99999999000 });
      expect(server.requests).toHaveLength(1);
      await server[Symbol.asyncDispose]();
    });
    it('ends a storm of errors after four attempts with growing, jittered pauses', async () => {
      const {
        server,
        info: call,
        ambient,
      } = await against((_, reply) => {
        reply.statusCode = 500;
        reply.end();
      });
      expect(await failure(call())).toMatchObject({ kind: 'busy', status: 500 });
      expect(server.requests).toHaveLength(4);
      expect(ambient.waits).toEqual([225, 450, 900]);
      await server[Symbol.asyncDispose]();
    });
    it('is cut off when the body comes one byte at a time', async () => {
      const { server, wire, ambient } = await against(
        (_, reply) => {
          reply.writeHead(200);
          const drip = setInterval(() => reply.write(' '), 1);
          reply.on('close', () => clearInterval(drip));
        },
        { timeout: 120_000, retries: { attempts: 1, firstPause: 1, longestPause: 1, longestRetryAfter: 1 } },
      );
      const result = failure(wire.call(getServerInfo, {}));
      while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
      await ambient.advance(121_000);
      expect(await result).toMatchObject({ kind: 'timedOut', seconds: 120 });
      await server[Symbol.asyncDispose]();
    });
    it('does not let the token follow a redirect', async () => {
      const other = await faultyServer((_, reply) => json(reply, 200, info));
      const { server, info: call } = await against((_, reply) => {
        reply.writeHead(302, { location: `${other.url}/ota/v1?token=x` });
        reply.end();
      });
      expect(await failure(call())).toEqual({ kind: 'redirected', server: server.url, to: other.url });
      expect(other.requests).toHaveLength(0);
      await server[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    });
    it.each<[string, Answer]>([
      [
        'a bare 404',
        (_, reply) => {
          reply.statusCode = 404;
          reply.end('<html>');
        },
      ],
      ['a 404 in the envelope', (_, reply) => json(reply, 200, { code: 404, msg: 'no such path' })],
      ['an envelope of success', (_, reply) => json(reply, 200, { code: 200, msg: '', data: null })],
    ])('says plainly that a server does not manage plans: %s', async (_, answer) => {
      const { server, info: call } = await against(answer);
      expect(await failure(call())).toMatchObject({ kind: 'notAnOtaplanServer' });
      await server[Symbol.asyncDispose]();
    });
    it('says that nothing listens', async () => {
      const { server, info: call } = await against(() => {});
      await server[Symbol.asyncDispose]();
      expect(await failure(call())).toMatchObject({ kind: 'unreachable', cause: 'nothing listens there' });
    });
    it('is cancelled at once by its signal', async () => {
      const { server, wire } = await against(() => {});
      const controller = new AbortController();
      const result = failure(wire.call(getServerInfo, { signal: controller.signal }));
      while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect(await result).toEqual({ kind: 'cancelled' });
      await server[Symbol.asyncDispose]();
    });
    it('takes statuses and fields of a newer server', async () => {
      const item = {
        id: 'p',
        name: 'n',
        type: 'mcu',
        version: '1',
        sourceVersion: null,
        remarks: '',
        files: [],
        complete: true,
      };
      const page = {
        items: [{ ...item, verification: 'blessed', createdAt: '2026-01-01T00:00:00Z', x: 1 }],
        nextCursor: null,
      };
      const { server, wire } = await against((_, reply) => json(reply, 200, page));
      expect((await wire.call(listPackages, {})).items[0]?.verification).toBe('blessed');
      await server[Symbol.asyncDispose]();
    });
  });

  describe('a writing call', () => {
    it('sends a lost creation again with the same key', async () => {
      const { server, wire } = await against((_, reply, turn) =>
        turn === 0 ? void reply.destroy() : problem(reply, 409, 'name-taken'),
      );
      expect(await failure(wire.call(createPlan, { body: { document } }))).toMatchObject({
        kind: 'problem',
        name: 'name-taken',
      });
      const keys = server.requests.map((request) => request.headers['idempotency-key']);
      expect(keys).toHaveLength(2);
      expect(keys[0]).toBe(keys[1]);
      await server[Symbol.asyncDispose]();
    });
    it('waits for a first attempt that is still under way', async () => {
      const { server, wire } = await against((_, reply, turn) =>
        turn === 0 ? problem(reply, 409, 'key-in-progress') : problem(reply, 409, 'wrong-status'),
      );
      expect(await failure(wire.call(activatePlan, { params: { planId: 'p' }, body: {} }))).toMatchObject({
        name: 'wrong-status',
      });
      await server[Symbol.asyncDispose]();
    });
    it('tells that the outcome is not known when every reply was lost', async () => {
      const { server, wire } = await against((_, reply) => void reply.destroy());
      expect(await failure(wire.call(activatePlan, { params: { planId: 'p' }, body: {} }))).toMatchObject({
        kind: 'outcomeUnknown',
        call: 'POST /ota/v1/plans/{planId}/activate',
      });
      expect(server.requests).toHaveLength(4);
      await server[Symbol.asyncDispose]();
    });
    it('does not repeat a guarded edit whose reply was lost', async () => {
      const { server, wire } = await against((_, reply) => void reply.destroy());
      const edit = wire.call(updatePlanTexts, { params: { planId: 'p' }, body: { texts: {} }, revision: 3 });
      expect(await failure(edit)).toMatchObject({ kind: 'outcomeUnknown' });
      expect(server.requests.map((request) => request.headers['if-match'])).toEqual(['"3"']);
      await server[Symbol.asyncDispose]();
    });
    it('takes "not there" for done when a deletion was sent before', async () => {
      const { server, wire } = await against((_, reply, turn) =>
        turn === 0 ? void reply.destroy() : problem(reply, 404, 'not-found'),
      );
      await wire.call(deletePlan, { params: { planId: 'p' }, revision: 1 });
      expect(server.requests).toHaveLength(2);
      await server[Symbol.asyncDispose]();
    });
    it('tells plainly that nothing was done when the server was only busy', async () => {
      const { server, wire } = await against((_, reply) => problem(reply, 503, 'unavailable'));
      expect(await failure(wire.call(createPlan, { body: { document } }))).toMatchObject({ kind: 'busy' });
      await server[Symbol.asyncDispose]();
    });
  });
});
