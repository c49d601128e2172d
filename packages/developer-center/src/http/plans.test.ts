import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { activate, planDocument, savePlan } from '../testing/plans.ts';
import { addPackage, loginPath, product, type Running, register, run } from '../testing/running.ts';

describe('plans over HTTP', () => {
  let dc: Running;
  beforeEach(async () => {
    dc = await run();
    await register(dc, ['D0001', 'D0002']);
    await addPackage(dc, '2.0.0');
  });
  afterEach(() => dc.end());

  test('an edit needs the revision that was read', async () => {
    const planId = await savePlan(dc);
    const path = `/ota/v1/plans/${planId}`;
    const etag = (await dc.call('GET', path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"\d+"$/);
    const edit = (retry: number, headers: Record<string, string>) =>
      dc.call('PUT', path, { body: { document: planDocument({ retry }) }, headers });
    expect((await edit(1, {})).json.type).toBe('urn:otaplan:problem:precondition-missing');
    const first = await edit(1, { 'If-Match': etag });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).not.toBe(etag);
    const second = await edit(2, { 'If-Match': etag });
    expect([second.status, second.json.type]).toEqual([412, 'urn:otaplan:problem:stale']);
    expect((await edit(2, { 'If-Match': 'W/"1"' })).status).toBe(412);
    expect((await edit(2, { 'If-Match': '*' })).status).toBe(200);
    expect((await dc.call('DELETE', path)).status).toBe(428);
    expect((await dc.call('DELETE', path, { headers: { 'If-Match': '*' } })).status).toBe(204);
  });

  test('twenty equal creates at once, with one key, make one plan and get one answer', async () => {
    const body = { document: planDocument() };
    const send = () => dc.call('POST', '/ota/v1/plans', { body, headers: { 'Idempotency-Key': 'same' } });
    const replies = await Promise.all(Array.from({ length: 20 }, send));
    for (const reply of replies)
      expect(reply.status === 201 || reply.json.type === 'urn:otaplan:problem:key-in-progress').toBe(true);
    const ids = new Set(replies.filter(({ status }) => status === 201).map(({ json }) => json.plan.id));
    expect(ids.size).toBe(1);
    const last = await send();
    expect([last.status, ids.has(last.json.plan.id)]).toEqual([201, true]);
    expect(last.headers.get('etag')).toMatch(/^"\d+"$/);
    expect((await dc.call('GET', '/ota/v1/plans')).json.items).toHaveLength(1);
  });

  test('an activation repeated with its key is answered again; without, it is told what is', async () => {
    const planId = await savePlan(dc);
    const path = `/ota/v1/plans/${planId}/activate`;
    const send = () => dc.call('POST', path, { body: {}, headers: { 'Idempotency-Key': 'a1' } });
    const first = await send();
    const again = await send();
    expect([first.status, again.status, again.json]).toEqual([200, 200, first.json]);
    expect((await dc.call('POST', path, { body: {} })).json.type).toBe('urn:otaplan:problem:wrong-status');
    expect((await dc.call('POST', path)).json.type).toBe('urn:otaplan:problem:wrong-status');
  });

  test('keys of two callers do not meet, and a kept reply is forgotten after days, not hours', async () => {
    const operator = await dc.server.createAccessKey('operator', 'ci');
    const authorization = await dc.logIn(operator.key, operator.secret);
    const headers = { 'Idempotency-Key': 'k' };
    const one = await dc.call('POST', '/ota/v1/plans', { body: { document: planDocument() }, headers });
    const document = planDocument({ name: 'Two' });
    const two = await dc.call('POST', '/ota/v1/plans', { body: { document }, headers, authorization });
    expect([one.status, two.status]).toEqual([201, 201]);
    dc.clock.advance(25 * 3600_000);
    const renewed = await dc.logIn();
    const send = (authorizationNow: string) =>
      dc.call('POST', '/ota/v1/plans', {
        body: { document: planDocument() },
        headers,
        authorization: authorizationNow,
      });
    expect((await send(renewed)).json).toEqual(one.json);
  });

  test('a viewer reads and does not write; an operator does not see the audit trail', async () => {
    const planId = await savePlan(dc);
    const viewer = await dc.server.createAccessKey('viewer', 'wall');
    const operator = await dc.server.createAccessKey('operator', 'ci');
    const asViewer = await dc.logIn(viewer.key, viewer.secret);
    const asOperator = await dc.logIn(operator.key, operator.secret);
    const refused: [string, string, string, unknown?][] = [
      [asViewer, 'POST', '/ota/v1/plans', { document: planDocument({ name: 'V' }) }],
      [asViewer, 'PUT', `/ota/v1/plans/${planId}`, { document: planDocument() }],
      [asViewer, 'DELETE', `/ota/v1/plans/${planId}`],
      [asViewer, 'POST', `/ota/v1/plans/${planId}/activate`, {}],
      [asViewer, 'POST', `/ota/v1/plans/${planId}/retry`, { allFailed: true }],
      [asViewer, 'POST', '/ota/v1/packages', {}],
      [asViewer, 'POST', '/ota/v1/products', { products: [{ productKey: 'x', name: 'x' }] }],
      [asViewer, 'POST', `/ota/v1/products/${product}/devices`, { devices: [] }],
      [asOperator, 'GET', '/ota/v1/audit'],
    ];
    for (const [authorization, method, path, body] of refused) {
      const reply = await dc.call(method, path, { authorization, body });
      expect([method, path, reply.status, reply.json.type]).toEqual([
        method,
        path,
        403,
        'urn:otaplan:problem:not-permitted',
      ]);
    }
    expect((await dc.call('GET', `/ota/v1/plans/${planId}`, { authorization: asViewer })).status).toBe(200);
    const preview = { body: { document: planDocument({ name: 'P' }) }, authorization: asViewer };
    expect((await dc.call('POST', '/ota/v1/plans/preview', preview)).status).toBe(200);
    const audit = await dc.call('GET', '/ota/v1/audit');
    expect(JSON.stringify(audit.json)).toContain(dc.server.accessKey);
  });

  test('a package in an activated plan cannot be deleted', async () => {
    const [{ id }] = (await dc.call('GET', '/ota/v1/packages')).json.items;
    await activate(dc, await savePlan(dc));
    const reply = await dc.call('DELETE', `/ota/v1/packages/${id}`);
    expect([reply.status, reply.json.type]).toEqual([409, 'urn:otaplan:problem:package-in-use']);
  });
});

test('killed in the middle of creates, it makes no plan twice and repeats are answered', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'otaplan-kill-'));
  const boot = async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../testing/run-server.ts'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
      child.once('exit', () => reject(new Error('The server ended.')));
    });
    const { url, accessKey } = JSON.parse(line) as { url: string; accessKey: string };
    const secret = readFileSync(join(dataDir, 'access-secret'), 'utf8').trim();
    const login = await (await fetch(url + loginPath(accessKey, secret, Date.now()))).json();
    const authorization = String((login as { access_token: string }).access_token);
    const post = async (path: string, body: unknown, key: string) => {
      const headers = { Authorization: authorization, 'Content-Type': 'application/json', 'Idempotency-Key': key };
      const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: reply.status, json: (await reply.json()) as { plan: { id: string } } };
    };
    const list = async () => {
      const reply = await fetch(`${url}/ota/v1/plans?limit=500`, { headers: { Authorization: authorization } });
      return (await reply.json()) as { items: { plan: { id: string; name: string } }[] };
    };
    const kill = () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      });
    return { post, list, kill };
  };
  const names = Array.from({ length: 40 }, (_, i) => `Plan ${i}`);
  const create = (server: Awaited<ReturnType<typeof boot>>, name: string) =>
    server.post('/ota/v1/plans', { document: planDocument({ name }) }, `create ${name}`.replaceAll(' ', '-'));
  const known = new Map<string, string>();
  for (let round = 0; round < 4; round++) {
    const server = await boot();
    if (round === 0) await server.post('/ota/v1/products', { products: [{ productKey: product, name: 'x' }] }, 'p');
    const sent = names.map((name) =>
      create(server, name).then(
        ({ status, json }) => {
          expect([name, status]).toEqual([name, 201]);
          expect(known.get(name) ?? json.plan.id).toBe(json.plan.id);
          known.set(name, json.plan.id);
        },
        () => undefined,
      ),
    );
    if (round < 3) {
      await Promise.race([Promise.all(sent), new Promise((resolve) => setTimeout(resolve, 20 + round * 40))]);
      await server.kill();
      await Promise.allSettled(sent);
      continue;
    }
    await Promise.all(sent);
    const { items } = await server.list();
    expect(items.map(({ plan }) => plan.name).sort()).toEqual([...names].sort());
    for (const { plan } of items) expect(known.get(plan.name)).toBe(plan.id);
    await server.kill();
  }
  rmSync(dataDir, { recursive: true, force: true });
}, 90_000);
