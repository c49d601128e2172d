import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, rawCall, run } from '../testing/running.ts';

describe('what surrounds every call', () => {
  let dc: Running;
  beforeAll(async () => {
    dc = await run();
  });
  afterAll(() => dc.end());

  test('an unknown address, a wrong method and a missing token are problem documents', async () => {
    const unknown = await dc.call('GET', '/ota/v1/nothing');
    expect([unknown.status, unknown.json.type]).toEqual([404, 'urn:otaplan:problem:not-found']);
    expect(unknown.headers.get('content-type')).toBe('application/problem+json');
    const method = await dc.call('DELETE', '/ota/v1/plans');
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(method.headers.get('content-type')).toBe('application/problem+json');
    const nobody = await dc.call('GET', '/ota/v1/plans', { authorization: null });
    expect([nobody.status, nobody.json.type]).toEqual([401, 'urn:otaplan:problem:not-signed-in']);
  });

  test('metrics count requests by endpoint, and hold no key and no secret', async () => {
    await dc.call('GET', '/ota/v1/plans');
    const { status, headers, text } = await dc.call('GET', '/metrics', { authorization: null });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).toMatch(/^otaplan_requests_total\{endpoint="listPlans",status="200"\} [1-9]\d*$/m);
    expect(text).toMatch(/^otaplan_request_seconds_bucket\{endpoint="listPlans",le="\+Inf"\} [1-9]\d*$/m);
    expect(text).toMatch(/^otaplan_long_polls 0$/m);
    expect(text).not.toContain(dc.server.accessKey);
    expect(text).not.toContain(dc.secret);
  });

  test('errors of a request point at what is wrong', async () => {
    const query = await dc.call('GET', '/ota/v1/packages?limit=501');
    expect(query.status).toBe(400);
    expect(query.json.errors[0].pointer).toBe('/query/limit');
    const body = await dc.call('POST', '/ota/v1/products', {
      body: { products: [{ productKey: 'no/key', name: 'x' }] },
    });
    expect(body.json).toMatchObject({ type: 'urn:otaplan:problem:invalid-request', status: 400 });
    expect(body.json.errors).toEqual([
      { pointer: '/products/0/productKey', detail: 'A product key is 1 to 32 letters and digits.' },
    ]);
  });

  test('what is not JSON, or does not say that it is, is refused without a trace of our insides', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const bad = ['{"products": [', '\u0000', '{"a":NaN}'];
    for (const text of bad) {
      const reply = await dc.call('POST', '/ota/v1/products', { bytes: Buffer.from(text), headers });
      expect([reply.status, reply.json.type]).toEqual([400, 'urn:otaplan:problem:invalid-request']);
      expect(reply.text).not.toMatch(/at .*\.ts|node:/);
    }
    const latin = await dc.call('POST', '/ota/v1/products', { bytes: Buffer.from([0x22, 0xe9, 0x22]), headers });
    expect(latin.json.detail).toBe('The body is not JSON in UTF-8.');
    const deep = await dc.call('POST', '/ota/v1/products', { bytes: Buffer.from('['.repeat(200_000)), headers });
    expect(deep.status).toBe(400);
    const form = await dc.call('POST', '/ota/v1/products', {
      bytes: Buffer.from('{}'),
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(form.json.detail).toContain('application/json');
  });

  test('a body larger than allowed is refused, whether it says so or not', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const bytes = Buffer.alloc(1024 * 1024 + 1, 0x20);
    const declared = await dc.call('POST', '/ota/v1/packages', { bytes, headers });
    expect([declared.status, declared.json.type]).toEqual([413, 'urn:otaplan:problem:too-large']);
    const chunked = await fetch(`${dc.server.url}/ota/v1/packages`, {
      method: 'POST',
      headers: { ...headers, Authorization: await dc.logIn() },
      body: new Blob([bytes]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect((await dc.call('GET', '/ota/v1/packages')).status).toBe(200);
  });

  test('a Host that is not ours is refused, so that a rebound name reaches nothing', async () => {
    const authorization = await dc.logIn();
    const { port } = new URL(dc.server.url);
    const ask = (host: string) => rawCall(`${dc.server.url}/ota/v1`, { Host: host, Authorization: authorization });
    for (const ours of [`127.0.0.1:${port}`, `localhost:${port}`, 'localhost', `[::1]:${port}`, '127.0.0.2:80'])
      expect([ours, (await ask(ours)).status]).toEqual([ours, 200]);
    for (const others of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
      'a@localhost',
    ])
      expect([others, (await ask(others)).status]).not.toEqual([others, 200]);
    expect((await ask('evil.example')).status).toBe(403);
  });

  test('a page of another site is refused', async () => {
    const authorization = await dc.logIn();
    const { host } = new URL(dc.server.url);
    const ask = (headers: Record<string, string>) =>
      rawCall(`${dc.server.url}/ota/v1`, { Authorization: authorization, ...headers });
    expect((await ask({ Origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({ Origin: 'null' })).status).toBe(403);
    expect((await ask({ Origin: 'http://127.0.0.1:1' })).status).toBe(403);
    expect((await ask({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await ask({ Origin: `http://${host}` })).status).toBe(200);
  });

  test('the public URL is a name of ours', async () => {
    const named = await run({ publicUrl: 'https://ota.example.com/' });
    expect(named.server.url).toBe('https://ota.example.com');
    const ask = async (headers: Record<string, string>) =>
      (await rawCall(`http://127.0.0.1:${named.server.port}/healthz`, headers)).status;
    expect(await ask({ Host: 'ota.example.com' })).toBe(200);
    expect(await ask({ Host: 'ota.example.com', Origin: 'https://ota.example.com' })).toBe(200);
    expect(await ask({ Host: 'ota.example.com.evil.example' })).toBe(403);
    await named.end();
  });

  test('a connection that is not HTTP is told so', async () => {
    const { port } = new URL(dc.server.url);
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      let seen = '';
      socket.on('data', (chunk) => {
        seen += chunk.toString();
      });
      socket.on('close', () => resolve(seen));
    });
    expect(text).toContain('400 Bad Request');
    expect(text).toContain('urn:otaplan:problem:invalid-request');
  });

  test('a body that dribbles is given up after a minute', async () => {
    const { port } = new URL(dc.server.url);
    const socket = connect(Number(port), '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    const token = await dc.logIn();
    socket.write(
      `POST /ota/v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    dc.clock.advance(60_000);
    await ended;
  });

  test('the OpenAPI document and the health of the service are open to anyone', async () => {
    const document = await dc.call('GET', '/ota/v1/openapi.json', { authorization: null });
    expect(document.json).toMatchObject({ openapi: '3.1.0' });
    expect(Object.keys(document.json.paths)).toContain('/ota/v1/plans/{planId}/activate');
    expect((await dc.call('GET', '/healthz', { authorization: null })).status).toBe(200);
    const ready = await dc.call('GET', '/readyz', { authorization: null });
    expect([ready.status, ready.json]).toEqual([200, { status: 'ok', parts: { store: 'ok', files: 'ok' } }]);
  });

  test('a list that did not change costs a poller no body', async () => {
    const first = await dc.call('GET', '/ota/v1/packages');
    const etag = first.headers.get('etag') ?? '';
    const again = await dc.call('GET', '/ota/v1/packages', { headers: { 'If-None-Match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

test('a key that calls without end is told when to come again', async () => {
  const dc = await run({ rate: { burst: 5, perSecond: 0.5 } });
  const token = await dc.logIn();
  const ask = () => dc.call('GET', '/ota/v1', { authorization: token });
  for (let i = 0; i < 5; i++) expect((await ask()).status).toBe(200);
  const refused = await ask();
  expect([refused.status, refused.headers.get('retry-after'), refused.json.type]).toEqual([
    429,
    '2',
    'urn:otaplan:problem:too-many-requests',
  ]);
  dc.clock.advance(2000);
  expect((await ask()).status).toBe(200);
  await dc.end();
});
