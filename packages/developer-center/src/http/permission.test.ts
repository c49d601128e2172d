import { type Endpoint, endpoints } from '@otaplan/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, type ExampleWorld, endUserToken, worldOf } from '../testing/example-world.ts';
import type { Reply, Running } from '../testing/running.ts';

const ofKeys = (access: string) => access === 'viewer' || access === 'operator' || access === 'owner';
const byKey = answering.filter(({ access }) => ofKeys(access));

/** Everything that can be read of an account, but what reading itself changes. */
async function stateOf(dc: Running): Promise<string> {
  const pages = [];
  for (const path of ['packages', 'plans', 'keys', 'accounts', 'audit']) {
    const reply = await dc.call('GET', `/ota/v1/${path}?limit=500`);
    expect(reply.status).toBe(200);
    pages.push(reply.text.replaceAll(/"usedAt":"[^"]*"/g, ''));
  }
  return pages.join('\n');
}

function codeOf({ status, json }: Reply): number {
  return json?.code !== undefined && status === 200 ? json.code : status;
}

describe('a key can do what its role says, and nothing more', () => {
  let world: ExampleWorld;
  beforeAll(async () => {
    world = await worldOf('activated');
  });
  afterAll(() => world.end());

  const refused: [role: 'viewer' | 'operator', endpoints: Endpoint[]][] = [
    ['viewer', byKey.filter(({ access }) => access !== 'viewer')],
    ['operator', byKey.filter(({ access }) => access === 'owner')],
  ];
  test.each(refused)(
    'with a key of a %s, every call that needs more is refused and changes nothing',
    async (role, calls) => {
      const { key, secret } = await world.dc.server.createAccessKey(role, `A ${role}`);
      const token = await world.dc.logIn(key, secret);
      const before = await stateOf(world.dc);
      expect(calls.length).toBeGreaterThan(5);
      for (const endpoint of calls) {
        const reply = await world.call(endpoint, token);
        expect([endpoint.id, reply.status, reply.json.type]).toEqual([
          endpoint.id,
          403,
          'urn:otaplan:problem:not-permitted',
        ]);
      }
      expect(await stateOf(world.dc)).toBe(before);
    },
  );

  test('every call that writes needs more than a viewer’s key, but a preview', () => {
    const open = byKey.filter(({ access, method }) => access === 'viewer' && method !== 'GET').map(({ id }) => id);
    expect(open).toEqual(['previewPlan']);
  });

  test('credentials of another kind open nothing', async () => {
    const before = await stateOf(world.dc);
    const owner = await world.dc.logIn();
    const device = 'Device secret-of-WM000001';
    for (const endpoint of answering.filter(({ access }) => access !== 'anyone')) {
      const wrong = ofKeys(endpoint.access)
        ? [null, device, endUserToken(world.dc)]
        : endpoint.access === 'device'
          ? [null, owner, endUserToken(world.dc), 'Device secret-of-WM000002']
          : [null, owner, device];
      for (const authorization of wrong)
        expect([endpoint.id, codeOf(await world.call(endpoint, authorization))]).toEqual([
          endpoint.id,
          endpoint.path.startsWith('/v2/') ? (authorization === null ? 91001 : 91004) : 401,
        ]);
    }
    expect(await stateOf(world.dc)).toBe(before);
  });
});

describe('accounts see only their own', () => {
  let world: ExampleWorld;
  let other: { key: string; secret: string; token: string };
  beforeAll(async () => {
    world = await worldOf('activated');
    const opened = await world.dc.call('POST', '/ota/v1/accounts', { body: { name: 'Other' } });
    const { key, secret } = opened.json.key;
    other = { key, secret, token: await world.dc.logIn(key, secret) };
  });
  afterAll(() => world.end());

  /** Calls that name nothing of an account: they are answered, with what is the caller’s own. */
  const answered = [
    'listProducts',
    'listAccessKeys',
    'createAccessKey',
    'getServerInfo',
    'listAudit',
    'listPackages',
    'createPackage',
    'listPlans',
  ];

  test('every call with the ids of another account is refused as if they did not exist, and leaks and changes nothing', async () => {
    const before = await stateOf(world.dc);
    const markers = [...world.ids.values(), 'Water meter', 'Modem 2.4.0', 'WM000001', world.dc.server.accessKey];
    for (const endpoint of byKey) {
      const reply = await world.call(endpoint, other.token);
      const code = codeOf(reply);
      if (answered.includes(endpoint.id)) expect([endpoint.id, code < 300]).toEqual([endpoint.id, true]);
      else expect([endpoint.id, [403, 404, 422, 70017].includes(code)]).toEqual([endpoint.id, true]);
      // What the caller sent itself may come back.
      const sent = JSON.stringify(endpoint.example);
      for (const marker of markers.filter((text) => !sent.includes(text)))
        expect([endpoint.id, marker, reply.text.includes(marker)]).toEqual([endpoint.id, marker, false]);
      const nowhere = await unknown(endpoint);
      if (nowhere && !answered.includes(endpoint.id)) expect(plain(reply)).toEqual(plain(nowhere));
    }
    expect(await stateOf(world.dc)).toBe(before);
  });

  /** The same call with ids that nobody has. */
  async function unknown(endpoint: Endpoint): Promise<Reply | null> {
    const { params = {}, query = {} } = endpoint.example;
    const named = Object.keys({ ...params, ...query }).some((name) => /planId|packageId|productKey|^plan$/.test(name));
    if (!named) return null;
    const change = (values: Readonly<Record<string, unknown>>) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          /planId|packageId|productKey/.test(name) ? 'none1' : value,
        ]),
      );
    const example = { ...endpoint.example, params: change(params), query: change(query) };
    return await world.call({ ...endpoint, example } as Endpoint, other.token);
  }
  const plain = ({ status, json }: Reply) => ({ status, json: { ...json, instance: null } });

  test('the stream of all plans has the account’s own, and one plan of another account has none', async () => {
    const open = async (path: string) => {
      const abort = new AbortController();
      const headers = { Authorization: other.token };
      const response = await fetch(`${world.dc.server.url}${path}`, { headers, signal: abort.signal });
      return { response, abort };
    };
    const planId = [...world.ids.values()].at(-1) ?? '';
    const foreign = await open(`/ota/v1/events?plan=${planId}`);
    expect(foreign.response.status).toBe(404);
    const all = await open('/ota/v1/events');
    const reader = all.response.body?.getReader();
    await reader?.read();
    await world.dc.call('POST', `/ota/v1/plans/${planId}/suspend`, { body: {} });
    const own = await world.dc.call('POST', '/ota/v1/products', {
      body: { products: [{ productKey: 'p1OTHER', name: 'Theirs' }] },
      authorization: other.token,
    });
    expect(own.status).toBe(200);
    const document = (await world.dc.call('GET', `/ota/v1/plans/${planId}`)).json.document;
    const saved = await world.dc.call('POST', '/ota/v1/plans', {
      body: { document: { ...document, product: 'p1OTHER' } },
      authorization: other.token,
    });
    expect(saved.status).toBe(201);
    world.dc.clock.advance(500);
    const text = new TextDecoder().decode((await reader?.read())?.value);
    expect(text).toContain(saved.json.plan.id);
    expect(text).not.toContain(planId);
    all.abort.abort();
  });

  test('a key signs for end users of its own account’s devices alone', async () => {
    const token = endUserToken(world.dc, other.key, other.secret);
    for (const endpoint of endpoints.filter(({ access }) => access === 'endUser')) {
      const { json } = await world.call(endpoint, token);
      const code = json.code === 200 ? json.data?.failList?.[0]?.code : json.code;
      expect([endpoint.id, code]).toEqual([endpoint.id, 70089]);
    }
  });
});
