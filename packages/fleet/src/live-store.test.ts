import type { ServerResponse } from 'node:http';
import { createClient } from '@otaplan/client';
import { type Answer, faultyServer, json, problem, virtualAmbient } from '@otaplan/client/testing';
import { describe, expect, it } from 'vitest';
import { createDevicePages } from './device-pages.ts';
import { createLiveStore } from './live-store.ts';
import { followLog } from './log-tail.ts';
import type { StoreChange } from './plan-table.ts';

function overview(id: string, upgraded = 0) {
  const time = '2026-11-24T08:00:00Z';
  const effective = { start: '2026-12-01T00:00', end: '2026-12-02T00:00', zone: 'UTC', startUtc: time, endUtc: time };
  const plan = {
    id,
    name: id,
    product: 'p',
    status: 'upgrading',
    digest: 'a'.repeat(64),
    revision: 1,
    mode: 'silent',
    effective,
    components: [],
    createdAt: time,
    updatedAt: time,
    activatedAt: null,
    endedAt: null,
    reason: null,
    waves: { total: 1, opened: 1, nextAt: null },
  };
  const devices = {
    total: 9,
    notUpgraded: 9 - upgraded,
    upgrading: 0,
    upgraded,
    upgradeFailed: 0,
    noUpdateRequired: 0,
  };
  return { plan, devices, successRate: null };
}
async function against(answer: Answer, skip = 9000) {
  const server = await faultyServer(answer);
  const ambient = virtualAmbient({ skip });
  const credentials = async () => ({ accessKey: 'AK', accessSecret: 's' });
  const client = createClient({ server: server.url, credentials, ambient, timeout: 120_000 });
  return { server, ambient, client };
}
async function until(condition: () => boolean) {
  for (let i = 0; i < 20_000 && !condition(); i++) await new Promise((resolve) => setImmediate(resolve));
  expect(condition()).toBe(true);
}
const sse = { 'content-type': 'text/event-stream' };

describe('the live store', () => {
  it('reads nothing before somebody looks, then follows events and says ids', async () => {
    const { server, ambient, client } = await against((request, reply) => {
      if (request.url?.startsWith('/ota/v1/events')) {
        reply.writeHead(200, sse);
        reply.write('retry: 100\n\n');
        setTimeout(() => {
          reply.write(`id: 1\nevent: plan\ndata: ${JSON.stringify(overview('b', 3))}\n\n`);
          reply.write(`id: 2\nevent: plan\ndata: ${JSON.stringify(overview('b', 3))}\n\n`);
          reply.write('id: 3\nevent: planDeleted\ndata: {"planId":"a"}\n\n');
        }, 1);
      } else json(reply, 200, { items: [overview('a'), overview('b')], nextCursor: null });
    });
    const store = createLiveStore({ client, ambient });
    const changes: StoreChange[] = [];
    store.subscribe((change) => changes.push(change));
    expect(server.requests).toHaveLength(0);
    store.setVisible(true);
    await until(() => store.planIds().length === 1);
    expect(store.plan('b')?.devices.upgraded).toBe(3);
    expect(store.connection()).toEqual({ state: 'live', how: 'events' });
    const told = changes.filter((change) => !change.connection);
    expect(told.map(({ plans, list }) => ({ plans, list }))).toEqual([
      { plans: ['a', 'b'], list: true },
      { plans: ['b'], list: false },
      { plans: [], list: true },
    ]);
    store.setVisible(false);
    await ambient.advance(61_000);
    expect(store.connection()).toEqual({ state: 'paused' });
    await server[Symbol.asyncDispose]();
  });
  it('reads again every so often where there are no events, by ETag and at the interval that the server sets', async () => {
    const { server, ambient, client } = await against((request, reply) => {
      if (request.url?.startsWith('/ota/v1/events')) problem(reply, 404, 'not-found');
      else if (request.headers['if-none-match'] === '"7"') {
        reply.writeHead(304, { 'cache-control': 'max-age=40' });
        reply.end();
      } else
        json(reply, 200, { items: [overview('a')], nextCursor: null }, { etag: '"7"', 'cache-control': 'max-age=40' });
    });
    const store = createLiveStore({ client, ambient });
    store.setVisible(true);
    await until(() => store.connection().state === 'live' && ambient.pending > 0);
    const before = server.requests.length;
    await ambient.advance(39_000);
    expect(server.requests).toHaveLength(before);
    await ambient.advance(2_000);
    await until(() => server.requests.length === before + 1);
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"7"');
    expect(store.planIds()).toEqual(['a']);
    store.close();
    await server[Symbol.asyncDispose]();
  });
  it('knows until when what it shows was right, and tries the stream again after a while of reading', async () => {
    let streams = false;
    let away = false;
    const open: ServerResponse[] = [];
    const { server, ambient, client } = await against((request, reply) => {
      if (away) reply.destroy();
      else if (!request.url?.startsWith('/ota/v1/events')) json(reply, 200, { items: [], nextCursor: null });
      else if (!streams) problem(reply, 404, 'not-found');
      else {
        reply.writeHead(200, sse);
        reply.write('id: 1\n\n');
        open.push(reply);
      }
    }, 0);
    const store = createLiveStore({ client, ambient });
    expect(store.rightAt()).toBeNull();
    store.setVisible(true);
    await until(() => store.connection().state === 'live');
    expect(store.connection()).toMatchObject({ how: 'polling' });
    streams = true;
    for (let minutes = 0; minutes < 12; minutes++) await ambient.advance(60_000);
    await until(() => {
      const now = store.connection();
      return now.state === 'live' && now.how === 'events';
    });
    const seen = ambient.now();
    expect(store.rightAt()).toBe(seen);
    away = true;
    for (const reply of open) reply.destroy();
    await until(() => store.connection().state === 'waiting');
    await ambient.advance(60_000);
    expect(store.rightAt()).toBe(seen);
    store.close();
    await server[Symbol.asyncDispose]();
  });
  it('stops, with the reason, at what waiting does not mend', async () => {
    const { server, ambient, client } = await against((_, reply) => problem(reply, 403, 'not-permitted'));
    const store = createLiveStore({ client, ambient });
    store.setVisible(true);
    await until(() => store.connection().state === 'stopped');
    expect(store.connection()).toMatchObject({ failure: { kind: 'notPermitted' } });
    store.close();
    await server[Symbol.asyncDispose]();
  });
});

describe('a log tail', () => {
  it('gives each line once, also when the server repeats some or is away for a while', async () => {
    const line = (id: number) => ({
      id,
      time: '2026-11-24T08:00:00Z',
      component: 'FOTA',
      attempt: 1,
      cause: 'device',
      text: `line ${id}`,
      reported: null,
    });
    const { server, ambient, client } = await against((_, reply, turn) => {
      if (turn === 0) json(reply, 200, { items: [line(1), line(2)], nextCursor: null });
      else if (turn < 6) reply.destroy();
      else json(reply, 200, { items: [line(2), line(3)], nextCursor: null });
    }, 60_000);
    const controller = new AbortController();
    const seen: number[] = [];
    const troubles: string[] = [];
    const options = { planId: 'p', deviceKey: 'A001', signal: controller.signal, ambient };
    for await (const batch of followLog(client, {
      ...options,
      onTrouble: (failure) => troubles.push(failure?.kind ?? 'none'),
    })) {
      seen.push(...batch.map(({ id }) => id));
      if (seen.length >= 3) controller.abort();
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(troubles).toEqual(['unreachable', 'none']);
    expect(server.requests.at(-1)?.url).toContain('after=2');
    await server[Symbol.asyncDispose]();
  });
});

describe('pages of devices', () => {
  it('load as they are asked for, and load again as far as they went', async () => {
    const device = (key: string, status: string) => ({
      deviceKey: key,
      status,
      online: true,
      startedAt: null,
      endedAt: null,
      wave: 0,
      cause: null,
    });
    let status = 'upgrading';
    const { server, client } = await against((request, reply) => {
      const second = request.url?.includes('cursor=c2');
      json(reply, 200, { items: [device(second ? 'B' : 'A', status)], nextCursor: second ? null : 'c2' });
    });
    const pages = createDevicePages(client, 'p', { status: 'upgrading' });
    await Promise.all([pages.loadMore(), pages.loadMore()]);
    expect(pages.devices().map((d) => d.deviceKey)).toEqual(['A']);
    expect(server.requests).toHaveLength(1);
    await pages.loadMore();
    expect(pages.more).toBe(false);
    status = 'rebooting';
    await pages.reload();
    expect(pages.devices().map((d) => [d.deviceKey, d.status])).toEqual([
      ['A', 'rebooting'],
      ['B', 'rebooting'],
    ]);
    const counted = createDevicePages(client, 'p', { status: 'upgrading' }, () => 1);
    await counted.loadMore();
    expect([counted.devices().length, counted.more]).toEqual([1, false]);
    await server[Symbol.asyncDispose]();
  });
});
