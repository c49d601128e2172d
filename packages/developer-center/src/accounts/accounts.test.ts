import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyFolder } from '../operations/verify.ts';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, product, type Running, register, run } from '../testing/running.ts';

let dc: Running;
let id: string;
let theirs: { readonly token: string; readonly key: string; readonly secret: string };
beforeEach(async () => {
  dc = await run();
  const opened = await dc.call('POST', '/ota/v1/accounts', { body: { name: 'Northern plant' } });
  id = opened.json.account.id;
  const { key, secret } = opened.json.key;
  theirs = { key, secret, token: await dc.logIn(key, secret) };
});
afterEach(() => dc.end());

const typeOf = (reply: { json: { type?: string } }) => reply.json.type?.split(':').at(-1);
const change = (what: 'close' | 'reopen', account = id) => dc.call('POST', `/ota/v1/accounts/${account}/${what}`);
const asTheirs = (): Pick<Running, 'call'> => ({
  call: (method, path, more = {}) => dc.call(method, path, { ...more, authorization: theirs.token }),
});
const status = async () => (await asTheirs().call('GET', '/ota/v1')).status;

/** A plan of theirs under way, with a device that was told of it. */
async function underWay(): Promise<string> {
  await register(asTheirs(), ['D0001']);
  await addPackage(asTheirs(), '2.0.0');
  const planId = await savePlan(asTheirs(), planDocument({ product }));
  await new TestDevice(dc, 'D0001').reportVersion('1.0.0');
  await activate(asTheirs(), planId);
  expect((await new TestDevice(dc, 'D0001').readPlan()).json.plan.id).toBe(planId);
  return planId;
}

test('closing stops keys and plans at once, and opening again gives them back', async () => {
  const planId = await underWay();
  const stream = await fetch(`${dc.server.url}/ota/v1/events`, { headers: { Authorization: theirs.token } });
  const closed = await change('close');
  expect(closed.json).toMatchObject({ id, name: 'Northern plant', closedAt: new Date(dc.clock.now()).toISOString() });
  expect(await status()).toBe(401);
  await expect(dc.logIn(theirs.key, theirs.secret)).rejects.toThrow(/90047/);
  // A stream that was open ends with its key.
  dc.clock.advance(15_000);
  expect(await stream.text()).toContain('id: ');
  expect((await new TestDevice(dc, 'D0001').readPlan()).json.plan).toBeNull();

  dc.clock.advance(60_000);
  expect((await change('close')).json).toEqual(closed.json);
  expect((await change('reopen')).json).toMatchObject({ closedAt: null });
  expect(await status()).toBe(200);
  const plan = (await asTheirs().call('GET', `/ota/v1/plans/${planId}`)).json;
  expect(plan.plan.status).toBe('suspended');
  const trail = (await asTheirs().call('GET', '/ota/v1/audit')).json.items;
  expect(trail.slice(0, 3).map(({ action }: { action: string }) => action)).toEqual([
    'reopenAccount',
    'suspendPlan',
    'closeAccount',
  ]);
  expect((await asTheirs().call('POST', `/ota/v1/plans/${planId}/resume`, { body: {} })).status).toBe(200);
});

test('a plan that is being activated while its account is closed is suspended as well', async () => {
  const keys = Array.from({ length: 5000 }, (_, n) => `D${String(n).padStart(5, '0')}`);
  await register(asTheirs(), keys);
  await addPackage(asTheirs(), '2.0.0');
  const planId = await savePlan(asTheirs(), planDocument({ product }));
  const again = await savePlan(asTheirs(), { ...planDocument({ product }), name: 'Behind it' });
  const activating = [planId, again].map((plan) => asTheirs().call('POST', `/ota/v1/plans/${plan}/activate`));
  expect(await status()).toBe(200);
  await change('close');
  const replies = await Promise.all(activating);
  expect(replies[0]?.status).toBe(200);
  // Heard before the account was closed, or, on a busy machine, after.
  expect([401, 403]).toContain(replies[1]?.status);
  await change('reopen');
  const statusOf = async (plan: string) => (await asTheirs().call('GET', `/ota/v1/plans/${plan}`)).json.plan.status;
  expect([await statusOf(planId), await statusOf(again)]).toEqual(['suspended', 'inactivated']);
});

test('a closed account is deleted with all that it has, and its names are free', async () => {
  await underWay();
  const early = await dc.call('DELETE', `/ota/v1/accounts/${id}`);
  expect([early.status, typeOf(early)]).toEqual([409, 'account-open']);
  await change('close');
  expect((await dc.call('DELETE', `/ota/v1/accounts/${id}`)).status).toBe(204);
  const again = await dc.call('DELETE', `/ota/v1/accounts/${id}`);
  expect([again.status, typeOf(again)]).toEqual([404, 'not-found']);
  expect(
    readdirSync(join(dc.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile()),
  ).toEqual([]);
  const [last] = (await dc.call('GET', '/ota/v1/audit')).json.items;
  expect(last).toMatchObject({ action: 'deleteAccount', subject: id, detail: expect.stringContaining('1 plans') });
  expect((await new TestDevice(dc, 'D0001').readPlan()).status).toBe(401);
  await register(dc, ['D0001']);
  expect((await new TestDevice(dc, 'D0001').readPlan()).status).toBe(200);
  expect((await dc.call('POST', '/ota/v1/accounts', { body: { name: 'northern plant' } })).status).toBe(201);
  await dc.server.close();
  expect((await verifyFolder(dc.dataDir)).problems).toEqual([]);
});

test('the first account stays, and accounts are its owners’ affair', async () => {
  const first = await change('close', 'first');
  expect([first.status, typeOf(first)]).toEqual([409, 'first-account']);
  expect((await change('close', 'acc_none')).status).toBe(404);
  for (const [method, path] of [
    ['POST', `${id}/close`],
    ['POST', `${id}/reopen`],
    ['DELETE', id],
  ] as const)
    expect((await asTheirs().call(method, `/ota/v1/accounts/${path}`)).status).toBe(403);
  expect(await status()).toBe(200);
});
