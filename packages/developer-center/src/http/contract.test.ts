import { type Endpoint, endpoints } from '@otaplan/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signToken } from '../accounts/tokens.ts';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, loginPath, product, type Reply, type Running, register, run, sha256 } from '../testing/running.ts';

/** Every endpoint of the contract answers what its schema says, called as the contract says. */
let dc: Running;
beforeAll(async () => {
  dc = await run();
  await register(dc, ['D0001', 'D0002', 'D0004', 'D0005']);
});
afterAll(() => dc.end());

function endpointOf(method: string, path: string): Endpoint {
  const fits = endpoints.filter((endpoint) => {
    const pattern = endpoint.path.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.');
    return endpoint.method === method && new RegExp(`^${pattern}$`).test(path.split('?')[0] ?? '');
  });
  const exact = fits.find((endpoint) => !endpoint.path.includes('{')) ?? fits[0];
  if (!exact) throw new Error(`No endpoint for ${method} ${path}`);
  return exact;
}

test('every endpoint answers what its schema says', async () => {
  const covered = new Set<Endpoint>();
  const check = (method: string, path: string, reply: Reply) => {
    const endpoint = endpointOf(method, path);
    covered.add(endpoint);
    expect([endpoint.id, reply.status, reply.status < 300 ? '' : reply.text]).toEqual([
      endpoint.id,
      endpoint.status,
      '',
    ]);
    if (endpoint.reply === null) {
      if (endpoint.replyType === 'json') expect(reply.text).toBe('');
      return;
    }
    const parsed = endpoint.reply.safeParse(reply.json);
    expect([endpoint.id, parsed.error?.issues ?? []]).toEqual([endpoint.id, []]);
    if (path.startsWith('/v2/')) expect([endpoint.id, reply.json.code]).toEqual([endpoint.id, 200]);
  };
  const call = async (method: string, path: string, more: Parameters<Running['call']>[2] = {}) => {
    const reply = await dc.call(method, path, more);
    check(method, path, reply);
    return reply;
  };

  const login = await call('GET', loginPath(dc.server.accessKey, dc.secret, dc.clock.now()), { authorization: null });
  const refresh = encodeURIComponent(login.json.refresh_token);
  await call('GET', `/v2/quecauth/accessKeyAuthrize/refreshToken?grant_type=refresh_token&refresh_token=${refresh}`, {
    authorization: null,
  });
  await call('POST', '/ota/v1/products', { body: { products: [{ productKey: product, name: 'Meters' }] } });
  await call('POST', `/ota/v1/products/${product}/devices`, { body: { devices: [{ deviceKey: 'D0003' }] } });
  await call('GET', '/v2/quecproductmgr/r3/openapi/products?pageSize=5');
  await call('GET', `/v2/devicemgr/r3/openapi/product/device/overview?productKey=${product}`);
  const pair = `productKey=${product}&deviceKey=D0001`;
  await call('GET', `/v2/devicemgr/r3/openapi/device/detail?${pair}`);
  await call('GET', '/ota/v1');

  const file = { name: 'x.bin', size: 1, sha256: sha256('x') };
  const declaration = { name: 'Spare', type: 'mcu', version: '9', sourceVersion: null, files: [file] };
  const spare = await call('POST', '/ota/v1/packages', { body: declaration });
  await call('PUT', `/ota/v1/packages/${spare.json.id}/files/x.bin`, { bytes: Buffer.from('x') });
  await call('GET', '/ota/v1/packages?type=mcu&sourceVersion=&limit=1');
  await call('GET', `/ota/v1/packages/${spare.json.id}`);
  await call('DELETE', `/ota/v1/packages/${spare.json.id}`);
  await addPackage(dc, '2.0.0');

  const device = new TestDevice(dc, 'D0001');
  check('POST', `${device.path}/reports`, await device.reportVersion('1.0.0'));
  await call('GET', `/v2/deviceshadow/r2/openapi/device/resource?${pair}`);
  await call('POST', '/ota/v1/plans/preview', { body: { document: planDocument() } });
  const created = await call('POST', '/ota/v1/plans', { body: { document: planDocument() } });
  const path = `/ota/v1/plans/${created.json.plan.id}`;
  const ifMatch = { 'If-Match': created.headers.get('etag') ?? '' };
  await call('PUT', path, { body: { document: planDocument({ retry: 1 }) }, headers: ifMatch });
  await call('GET', path);
  await call('GET', '/ota/v1/plans?status=inactivated&limit=2');
  await call('POST', `${path}/activate`, { body: {} });
  await call('POST', `${path}/suspend`, { body: {} });
  await call('POST', `${path}/resume`, { body: {} });
  check('GET', `${device.path}/plan`, await device.readPlan());
  await device.reportStatus(created.json.plan.id, 'planReceived');
  await device.reportStatus(created.json.plan.id, 'upgradeConfirmed');
  const message = await device.readPlan();
  check('GET', `${device.path}/plan`, message);
  const { url } = message.json.plan.components[0].address.files[0];
  const download = new URL(url).pathname;
  check('GET', download, await dc.call('GET', download, { authorization: null }));
  await call('GET', `${path}/summary`);
  await call('GET', `${path}/devices?limit=1`);
  await call('GET', `${path}/devices/D0001`);
  await call('GET', `${path}/devices/D0001/components`);
  await call('GET', `${path}/devices/D0001/log?after=0`);
  await call('GET', `${path}/statistics`);
  await call('POST', `${path}/terminate`, { body: {} });
  await call('GET', '/ota/v1/audit?limit=10');
  const doomed = await savePlan(dc, planDocument({ name: 'Doomed' }));
  await call('DELETE', `/ota/v1/plans/${doomed}`, { headers: { 'If-Match': '*' } });

  const mode = { kind: 'manual' as const, push: 'any' as const, texts: { en: 'New firmware' } };
  const manual = await savePlan(
    dc,
    planDocument({ name: 'Manual', mode, targets: { all: false, include: ['D0002'], exclude: [], count: 1 } }),
  );
  await call('PUT', `/ota/v1/plans/${manual}/texts`, {
    body: { texts: { en: 'Newer' } },
    headers: { 'If-Match': '*' },
  });
  await activate(dc, manual);
  const second = new TestDevice(dc, 'D0002');
  await second.reportVersion('1.0.0');
  await second.readPlan();
  const iat = Math.floor(dc.clock.now() / 1000);
  const claims = { use: 'endUser' as const, iss: dc.server.accessKey, sub: 'alice', iat, exp: iat + 600 };
  const authorization = signToken(dc.secret, { ...claims, devices: [`${product}/D0002`] });
  const ask = `/v2/quecota/enduserapi/v2/getDeviceUpgradePlan?pk=${product}&dk=`;
  const seen = await call('GET', `${ask}D0002`, { authorization });
  expect(seen.json.data).toMatchObject({ planId: manual, deviceKey: 'D0002', userConfirmStatus: 0 });
  const of = { productKey: product, deviceKey: 'D0002', planId: manual };
  await call('POST', '/v2/quecota/enduserapi/v2/getBatchUpgradeDetails', { body: [of], authorization });
  const foreign = { ...of, deviceKey: 'D0001', operType: 1 };
  const confirmed = await call('POST', '/v2/quecota/enduserapi/v2/userBatchConfirmUpgrade', {
    body: [{ ...of, operType: 1 }, foreign, { ...of, operType: 7 }],
    authorization,
  });
  expect(confirmed.json.data.successList).toEqual([{ ...of, operType: 1 }]);
  expect(confirmed.json.data.failList).toMatchObject([{ data: foreign, code: 70089 }, { code: 50005 }]);
  expect((await dc.call('GET', `${ask}D0001`, { authorization })).json.code).toBe(70089);
  const forged = signToken('not the secret', { ...claims, devices: [`${product}/D0002`] });
  expect((await dc.call('GET', `${ask}D0002`, { authorization: forged })).json.code).toBe(91004);

  const third = new TestDevice(dc, 'D0004');
  await third.reportVersion('1.0.0');
  const targets = { all: false, include: ['D0004'], exclude: [], count: 1 };
  const failing = await savePlan(dc, planDocument({ name: 'Failing', targets }));
  await activate(dc, failing);
  await third.reportStatus(failing, 'planReceived');
  await third.reportStatus(failing, 'upgradeConfirmed');
  await third.reportStatus(failing, 'upgradeFailed', { cause: 'No room' });
  const retried = await call('POST', `/ota/v1/plans/${failing}/retry`, { body: { devices: ['D0004', 'D9999'] } });
  expect(retried.json).toMatchObject({ accepted: ['D0004'], refused: [{ deviceKey: 'D9999' }] });

  const next = await addPackage(dc, '3.0.0');
  const fourth = new TestDevice(dc, 'D0005');
  await fourth.reportVersion('1.0.0');
  const on = { productKey: product, deviceKey: 'D0005', identifier: 'FOTA' };
  await call('POST', `/ota/v1/packages/${next.id}/verify`, { body: on });

  const key = await call('POST', '/ota/v1/keys', { body: { name: 'ci', role: 'operator' } });
  const rotated = await call('POST', `/ota/v1/keys/${key.json.key}/rotate`, { body: {} });
  await call('GET', '/ota/v1/keys?limit=1');
  await call('DELETE', `/ota/v1/keys/${rotated.json.key}`);
  await call('POST', '/ota/v1/accounts', { body: { name: 'Other' } });
  await call('GET', '/ota/v1/accounts');

  // Streams are read in their own test.
  const apart = ['streamEvents'];
  const missing = endpoints.filter((endpoint) => !covered.has(endpoint)).map(({ id }) => id);
  expect(missing.sort()).toEqual(apart);
}, 60_000);
