import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planDocument } from '../testing/plans.ts';
import { addPackage, type Running, register, run, sha256 } from '../testing/running.ts';

let dc: Running;
beforeEach(async () => {
  dc = await run();
  await register(dc, ['D0001']);
  await addPackage(dc, '2.0.0');
});
afterEach(() => dc.end());

/** Stops the service and leaves its replies as a kill between the effect and the keeping of the reply would. */
async function cutOff(): Promise<void> {
  await dc.server.close();
  const db = new DatabaseSync(join(dc.dataDir, 'developer-center.sqlite'));
  db.exec('UPDATE idempotency SET status = NULL, headers = NULL, body = NULL');
  db.close();
  dc = await dc.restart();
}

const post = (path: string, body: unknown, key: string) =>
  dc.call('POST', path, { body, headers: { 'Idempotency-Key': key } });

test('what was done and not answered before a crash is answered by its repeat, and not done twice', async () => {
  const create = () => post('/ota/v1/plans', { document: planDocument() }, 'create');
  const made = await create();
  await cutOff();
  const again = await create();
  expect([again.status, again.json]).toEqual([201, made.json]);

  const steps: [string, string][] = [
    ['activate', 'toBeUpgraded'],
    ['suspend', 'suspended'],
    ['resume', 'toBeUpgraded'],
    ['terminate', 'forcedTermination'],
  ];
  for (const [action, status] of steps) {
    const { revision } = (await dc.call('GET', `/ota/v1/plans/${made.json.plan.id}/summary`)).json.plan;
    const act = () => post(`/ota/v1/plans/${made.json.plan.id}/${action}`, { revision }, action);
    const done = await act();
    expect([action, done.status, done.json.plan.status]).toEqual([action, 200, status]);
    await cutOff();
    const repeated = await act();
    expect([action, repeated.status, repeated.json.plan]).toEqual([action, 200, done.json.plan]);
  }

  const files = [{ name: 'a.bin', size: 1, sha256: sha256('x') }];
  const declare = (version: string) =>
    post(
      '/ota/v1/packages',
      { name: 'MCU', type: 'mcu', version, sourceVersion: null, files },
      `package ${version}`.replace(' ', '-'),
    );
  const declared = await declare('1.0');
  await cutOff();
  expect((await declare('1.0')).json).toEqual(declared.json);
});

test('a claim left open by a crash answers for nobody else’s work', async () => {
  await post('/ota/v1/plans', { document: planDocument() }, 'one');
  const other = await dc.server.createAccessKey('operator', 'other');
  const authorization = await dc.logIn(other.key, other.secret);
  await cutOff();
  const document = planDocument({ retry: 3 });
  const reply = await dc.call('POST', '/ota/v1/plans', {
    body: { document },
    headers: { 'Idempotency-Key': 'one' },
    authorization,
  });
  expect([reply.status, reply.json.type]).toEqual([409, 'urn:otaplan:problem:name-taken']);
});

test('a refusal frees the key: the same request may be tried again when its cause is gone', async () => {
  const document = planDocument({ product: 'later' });
  const create = () => post('/ota/v1/plans', { document }, 'create');
  expect((await create()).json.type).toBe('urn:otaplan:problem:product-unknown');
  await dc.call('POST', '/ota/v1/products', { body: { products: [{ productKey: 'later', name: 'Later' }] } });
  expect((await create()).status).toBe(201);
});

test('a key that is no key is refused', async () => {
  for (const key of ['', 'a b', 'x'.repeat(256)]) {
    const reply = await post('/ota/v1/plans', { document: planDocument() }, key);
    expect([key, reply.json.type]).toEqual([key, 'urn:otaplan:problem:invalid-request']);
  }
});
