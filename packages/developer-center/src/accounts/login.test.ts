import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loginPath, product, type Running, register, run } from '../testing/running.ts';

const minutes = 60_000;

describe('the published log-in', () => {
  let dc: Running;
  beforeAll(async () => {
    dc = await run();
    await register(dc, ['D0001', 'D0002', 'D0003']);
  });
  afterAll(() => dc.end());
  const open = { authorization: null };
  const codeOf = async (path: string) => {
    const reply = await dc.call('GET', path, open);
    expect(reply.status).toBe(200);
    return reply.json.code;
  };

  test('a right secret gives a token that opens the API', async () => {
    const reply = await dc.call('GET', loginPath(dc.server.accessKey, dc.secret, dc.clock.now()), open);
    expect(reply.json).toMatchObject({ code: 200, token_type: 'jwt', expires_in: 7200 });
    expect(reply.json.access_token).toMatch(/^QJWT /);
    const info = await dc.call('GET', '/ota/v1', { authorization: reply.json.access_token });
    expect(info.json).toMatchObject({ name: 'otaplan', role: 'owner' });
  });

  test('a wrong secret, an unknown key and a skewed clock have their codes', async () => {
    const { accessKey } = dc.server;
    const now = dc.clock.now();
    expect(await codeOf(loginPath(accessKey, 'wrong', now))).toBe(401);
    expect(await codeOf(loginPath('AKnobody', dc.secret, now))).toBe(90047);
    expect(await codeOf(loginPath(accessKey, dc.secret, now - 10 * minutes))).toBe(200);
    expect(await codeOf(loginPath(accessKey, dc.secret, now + 10 * minutes))).toBe(200);
    expect(await codeOf(loginPath(accessKey, dc.secret, now - 10 * minutes - 1))).toBe(50005);
    expect(await codeOf(loginPath(accessKey, dc.secret, now + 10 * minutes + 1))).toBe(50005);
    expect(await codeOf(loginPath(accessKey, dc.secret, 0))).toBe(50004);
  });

  test('tokens are over after two hours and are renewed by the refresh token', async () => {
    const login = await dc.call('GET', loginPath(dc.server.accessKey, dc.secret, dc.clock.now()), open);
    dc.clock.advance(7201_000);
    const late = await dc.call('GET', '/ota/v1', { authorization: login.json.access_token });
    expect(late.status).toBe(401);
    const refresh = (token: string) =>
      `/v2/quecauth/accessKeyAuthrize/refreshToken?grant_type=refresh_token&refresh_token=${encodeURIComponent(token)}`;
    const renewed = await dc.call('GET', refresh(login.json.refresh_token), open);
    expect((await dc.call('GET', '/ota/v1', { authorization: renewed.json.access_token })).status).toBe(200);
    expect(await codeOf(refresh(renewed.json.access_token))).toBe(91004);
    expect((await dc.call('GET', '/ota/v1', { authorization: login.json.refresh_token })).status).toBe(401);
  });

  test('a token that was changed or signed otherwise opens nothing', async () => {
    const token = await dc.logIn();
    const [head = '', body = '', sign = ''] = token.slice(5).split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const more = Buffer.from(body, 'base64url')
      .toString()
      .replace(/"exp":\d+/, '"exp":9999999999');
    const forged = [
      `QJWT ${none}.${body}.`,
      `QJWT ${head}.${Buffer.from(more).toString('base64url')}.${sign}`,
      `QJWT ${head}.${body}.`,
      `Bearer ${head}.${body}.${sign}`,
      'QJWT x',
    ];
    for (const authorization of forged) expect((await dc.call('GET', '/ota/v1', { authorization })).status).toBe(401);
  });

  test('published calls tell a missing and a wrong token apart', async () => {
    const path = '/v2/quecproductmgr/r3/openapi/products';
    expect((await dc.call('GET', path, open)).json.code).toBe(91001);
    expect((await dc.call('GET', path, { authorization: 'QJWT x' })).json.code).toBe(91004);
  });

  test('products and devices come in pages of the published envelope', async () => {
    const authorization = await dc.logIn();
    const products = await dc.call('GET', '/v2/quecproductmgr/r3/openapi/products', { authorization });
    expect(products.json).toMatchObject({ code: 200, pageNum: 1, total: 1, data: [{ productKey: product }] });
    const overview = `/v2/devicemgr/r3/openapi/product/device/overview?productKey=${product}`;
    const second = await dc.call('GET', `${overview}&pageSize=2&pageNum=2`, { authorization });
    expect(second.json).toMatchObject({ code: 200, pageNum: 2, pageSize: 2, pages: 2, total: 3 });
    expect(second.json.data).toEqual([
      { productKey: product, deviceKey: 'D0003', deviceName: expect.any(String), deviceStatus: 0 },
    ]);
    const codes: [string, number][] = [
      ['/v2/devicemgr/r3/openapi/product/device/overview?productKey=none', 70017],
      ['/v2/devicemgr/r3/openapi/product/device/overview?productKey=', 50006],
      [`/v2/devicemgr/r3/openapi/device/detail?productKey=${product}&deviceKey=D9999`, 70130],
      [`/v2/devicemgr/r3/openapi/device/detail?productKey=${product}&deviceKey=`, 50007],
      [`/v2/devicemgr/r3/openapi/device/detail?productKey=${product}`, 50005],
    ];
    for (const [path, code] of codes)
      expect([path, (await dc.call('GET', path, { authorization })).json.code]).toEqual([path, code]);
    const resource = `/v2/deviceshadow/r2/openapi/device/resource?productKey=${product}&deviceKey=D0001`;
    expect((await dc.call('GET', resource, { authorization })).json).toMatchObject({
      code: 200,
      data: { version: null },
    });
  });

  test('no secret, password or token stands in the log', async () => {
    const token = await dc.logIn();
    await dc.call('GET', '/ota/v1', { authorization: token });
    const log = dc.logLines.join('\n');
    expect(log).toContain('accessKeyLogin');
    expect(log).toContain(dc.server.accessKey);
    for (const secret of [dc.secret, 'password', token.slice(5), 'grant_type']) expect(log).not.toContain(secret);
  });
});

test('key, secret and tokens outlive a restart; the secret lies in files that only the owner reads', async () => {
  const first = await run();
  const token = await first.logIn();
  const second = await first.restart();
  expect(second.server.accessKey).toBe(first.server.accessKey);
  expect(second.secret).toBe(first.secret);
  expect((await second.call('GET', '/ota/v1', { authorization: token })).status).toBe(200);
  for (const name of ['access-secret', 'server-key', 'developer-center.sqlite'])
    expect(statSync(join(second.dataDir, name)).mode & 0o077).toBe(0);
  await second.end();
});

test('secrets lie in no file but their own: not in the database, not in its journal', async () => {
  const dc = await run();
  const viewer = await dc.server.createAccessKey('viewer', 'canary');
  await register(dc, ['D0001']);
  const token = await dc.logIn(viewer.key, viewer.secret);
  await dc.call('GET', '/ota/v1', { authorization: token });
  const files = readdirSync(dc.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(2);
  for (const { name, parentPath } of files) {
    const content = readFileSync(join(parentPath, name), 'latin1');
    for (const secret of [dc.secret, viewer.secret, token.slice(5), 'secret-of-D0001'])
      expect([name, content.includes(secret)]).toEqual([name, name === 'access-secret' && secret === dc.secret]);
  }
  await dc.end();
});
