import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { verifyFolder } from '../operations/verify.ts';
import { endUserToken } from '../testing/example-world.ts';
import { type Running, run } from '../testing/running.ts';

const minutes = 60_000;
let dc: Running;
afterEach(() => dc.end());

const typeOf = (reply: { json: { type?: string } }) => reply.json.type?.split(':').at(-1);
const works = async (authorization: string) => (await dc.call('GET', '/ota/v1', { authorization })).status;

test('both keys open until the overlap is over, then the new one alone; revoking closes at once', async () => {
  dc = await run();
  const made = await dc.call('POST', '/ota/v1/keys', { body: { name: 'ci', role: 'operator' } });
  const old = { key: made.json.key, token: await dc.logIn(made.json.key, made.json.secret) };
  const user = endUserToken(dc, made.json.key, made.json.secret);
  const askAsUser = async () =>
    (await dc.call('GET', '/v2/quecota/enduserapi/getAutoUpgradeSwitch?pk=p1WM01&dk=WM000001', { authorization: user }))
      .json.code;
  expect(await askAsUser()).toBe(70089);

  const rotated = await dc.call('POST', `/ota/v1/keys/${old.key}/rotate`, { body: { overlapMinutes: 5 } });
  expect(rotated.json).toMatchObject({ name: 'ci', role: 'operator', expiresAt: null });
  const next = await dc.logIn(rotated.json.key, rotated.json.secret);
  expect([await works(old.token), await works(next)]).toEqual([200, 200]);
  const again = await dc.call('POST', `/ota/v1/keys/${old.key}/rotate`, { body: {} });
  expect([again.status, typeOf(again)]).toEqual([409, 'key-replaced']);

  dc.clock.advance(5 * minutes);
  expect([await works(old.token), await works(next)]).toEqual([401, 200]);
  // What its holder signed for end users is over with it.
  expect(await askAsUser()).toBe(91004);
  const { items } = (await dc.call('GET', '/ota/v1/keys')).json;
  expect(items.find(({ key }: { key: string }) => key === old.key)).toMatchObject({
    expiresAt: new Date(dc.clock.now()).toISOString(),
    usedAt: expect.any(String),
  });

  expect((await dc.call('DELETE', `/ota/v1/keys/${rotated.json.key}`)).status).toBe(204);
  expect(await works(next)).toBe(401);
  expect((await dc.call('DELETE', `/ota/v1/keys/${rotated.json.key}`)).status).toBe(404);
});

test('an account keeps an owner; when its first key was replaced, the next start leaves the secret of the new one', async () => {
  dc = await run();
  const { accessKey } = dc.server;
  const last = await dc.call('DELETE', `/ota/v1/keys/${accessKey}`);
  expect([last.status, typeOf(last)]).toEqual([409, 'last-owner']);
  const rotated = await dc.call('POST', `/ota/v1/keys/${accessKey}/rotate`, { body: { overlapMinutes: 1 } });
  expect(readFileSync(dc.server.accessSecretFile, 'utf8').trim()).toBe(rotated.json.secret);
  expect((await dc.call('DELETE', `/ota/v1/keys/${accessKey}`)).status).toBe(204);
  dc = await dc.restart();
  expect([dc.server.accessKey, dc.secret]).toEqual([rotated.json.key, rotated.json.secret]);
  expect((await dc.call('GET', '/ota/v1/keys')).json.items).toHaveLength(1);
  await dc.call('POST', '/ota/v1/keys', { body: { name: 'second', role: 'owner' } });
  await dc.server.close();
  expect((await verifyFolder(dc.dataDir)).problems).toEqual([]);
});

test('a repeat with the same Idempotency-Key is told the same secret, which lies in no file', async () => {
  dc = await run();
  const headers = { 'Idempotency-Key': 'once' };
  const make = () => dc.call('POST', '/ota/v1/keys', { body: { name: 'ci', role: 'viewer' }, headers });
  const [first, second] = [await make(), await make()];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.json).toEqual(first.json);
  expect((await dc.call('GET', '/ota/v1/keys')).json.items).toHaveLength(2);
  const taken = await dc.call('POST', '/ota/v1/keys', { body: { name: 'CI', role: 'viewer' } });
  expect([taken.status, typeOf(taken)]).toEqual([409, 'name-taken']);
  for (const name of readdirSync(dc.dataDir)) {
    if (name === 'files') continue;
    const content = readFileSync(join(dc.dataDir, name), 'latin1');
    expect([name, content.includes(first.json.secret)]).toEqual([name, false]);
  }
  expect(dc.logLines.join('\n')).not.toContain(first.json.secret);
});

test('one key at its limit hinders no other', async () => {
  dc = await run({ rate: { burst: 6, perSecond: 1 } });
  const { key, secret } = await dc.server.createAccessKey('viewer', 'wall');
  const [owner, viewer] = [await dc.logIn(), await dc.logIn(key, secret)];
  for (let i = 0; i < 6; i++) expect(await works(viewer)).toBe(200);
  const refused = await dc.call('GET', '/ota/v1', { authorization: viewer });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect(await works(owner)).toBe(200);
});
