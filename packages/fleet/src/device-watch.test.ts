import type { ServerResponse } from 'node:http';
import { createClient } from '@otaplan/client';
import { faultyServer, json, problem, virtualAmbient } from '@otaplan/client/testing';
import { describe, expect, it } from 'vitest';
import { type DevicesChange, watchDevices } from './device-watch.ts';
import { createLiveStore } from './live-store.ts';

/** Lets what is on its way over the loopback arrive. */
async function settle() {
  for (let i = 0; i < 500; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A Developer Center of one plan whose devices the test moves, its clock, and a watch on the plan. */
async function world(keys: readonly string[], lookedAt = Number.POSITIVE_INFINITY, only: { cause?: string } = {}) {
  const statuses = new Map(keys.map((key) => [key, 'upgrading']));
  const causes = new Map<string, string>();
  let progress = 0;
  const streams = new Set<ServerResponse>();
  const device = (deviceKey: string) => ({
    deviceKey,
    status: statuses.get(deviceKey) ?? '',
    online: true,
    startedAt: null,
    endedAt: null,
    wave: 0,
    cause: causes.get(deviceKey) ?? null,
  });
  const server = await faultyServer((request, reply) => {
    const url = new URL(request.url ?? '', 'http://x');
    const [, key, components] = /\/devices\/(\w+)(\/components)?$/.exec(url.pathname) ?? [];
    if (url.pathname === '/ota/v1/events') {
      reply.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.write('retry: 100\nid: 1\n\n');
      // as the service does after a restart
      if (request.headers['last-event-id']) reply.write('event: resync\ndata: {"reason":"restarted"}\n\n');
      if (url.searchParams.has('plan')) {
        streams.add(reply);
        reply.on('close', () => streams.delete(reply));
      }
    } else if (components) {
      const of = { identifier: 'FOTA', type: 'module', sourceVersion: '1', targetVersion: '2', status: 'downloading' };
      json(reply, 200, { items: [{ ...of, progress, attempts: 1, updatedAt: null }] });
    } else if (key !== undefined) {
      if (statuses.has(key)) json(reply, 200, device(key));
      else problem(reply, 404, 'not-found');
    } else if (url.pathname.endsWith('/devices')) {
      const status = url.searchParams.get('status');
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const limit = Number(url.searchParams.get('limit'));
      // As the service does: a page looks at so many devices, however few of them match.
      const all = [...statuses.keys()].sort();
      const cause = url.searchParams.get('cause');
      const matches = (each: string) => statuses.get(each) === status && (cause === null || causes.get(each) === cause);
      const matching = all.slice(from, from + lookedAt).filter(matches);
      const last = matching[limit - 1];
      const next = matching.length > limit && last !== undefined ? all.indexOf(last) + 1 : from + lookedAt;
      const items = matching.slice(0, limit).map(device);
      json(reply, 200, { items, nextCursor: next < all.length ? String(next) : null });
    } else json(reply, 200, { items: [], nextCursor: null });
  });
  const ambient = virtualAmbient();
  const credentials = async () => ({ accessKey: 'AK', accessSecret: 's' });
  const client = createClient({ server: server.url, credentials, ambient, timeout: 600_000 });
  const store = createLiveStore({ client, ambient });
  const changes: DevicesChange[] = [];
  const onChange = (more: readonly DevicesChange[]) => changes.push(...more);
  const watch = watchDevices({ client, store, ambient, planId: 'p', ...only, onChange });
  store.setVisible(true);
  await until(() => store.connection().state === 'live');

  async function until(condition: () => boolean) {
    for (let i = 0; i < 20_000 && !condition(); i++) await new Promise((resolve) => setImmediate(resolve));
    expect(condition()).toBe(true);
  }
  return {
    ...{ statuses, causes, server, ambient, store, changes, watch, until, streams },
    setProgress(percent: number) {
      progress = percent;
    },
    /** Requests for devices so far. */
    reads: () => server.requests.filter(({ url }) => url.includes('/devices')).map(({ url }) => url),
    say(devices: readonly string[], more = false) {
      const told = devices.map((deviceKey) => ({ deviceKey, status: statuses.get(deviceKey) ?? '' }));
      const data = JSON.stringify({ planId: 'p', devices: told, more });
      for (const stream of streams) stream.write(`id: 2\nevent: devices\ndata: ${data}\n\n`);
    },
    /** Lets changes come in and be taken in. */
    async pass(milliseconds = 2000) {
      await settle();
      await ambient.advance(milliseconds);
      await settle();
    },
    async end() {
      watch.end();
      store.close();
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Opens the devices under way and waits until they are followed. */
async function opened(keys: readonly string[]) {
  const it = await world(keys);
  const pages = it.watch.open('upgrading');
  await pages.loadMore();
  await it.until(() => it.streams.size === 1);
  await it.pass();
  it.changes.length = 0;
  return { ...it, pages };
}
const many = Array.from({ length: 250 }, (_, index) => `D${String(index).padStart(4, '0')}`);

describe('a watch on the devices of a plan', () => {
  it('finds the few devices of a status among many', async () => {
    const it = await world(many, 20);
    for (const key of many) if (key !== 'D0130') it.statuses.set(key, 'upgraded');
    const pages = it.watch.open('upgrading');
    await pages.loadMore();
    expect(pages.devices().map(({ deviceKey }) => deviceKey)).toEqual(['D0130']);
    await pages.loadMore();
    expect(pages.more).toBe(false);
    expect(pages.devices()).toHaveLength(1);
    await it.end();
  });

  it('of one failure cause follows those alone, also when a device fails again of another', async () => {
    const it = await world(['A', 'B', 'C'], undefined, { cause: 'no space' });
    for (const key of ['A', 'B', 'C']) it.statuses.set(key, 'upgradeFailed');
    it.causes.set('A', 'no space').set('B', 'no signal').set('C', 'no space');
    const pages = it.watch.open('upgradeFailed');
    await pages.loadMore();
    const keys = () => pages.devices().map(({ deviceKey }) => deviceKey);
    expect(keys()).toEqual(['A', 'C']);
    await it.until(() => it.streams.size === 1);
    await it.pass();
    it.causes.set('B', 'no space').set('A', 'no signal');
    it.say(['A', 'B']);
    await it.pass();
    expect(keys()).toEqual(['B', 'C']);
    await it.end();
  });

  it('reads nothing before a status is opened', async () => {
    const it = await world(['A', 'B']);
    await it.pass();
    expect(it.reads()).toEqual([]);
    await it.end();
  });
  it('takes a device out without asking, and reads alone the one that stays', async () => {
    const it = await opened(['A', 'B', 'C']);
    const before = it.reads().length;
    it.statuses.set('A', 'upgraded');
    it.causes.set('B', 'low battery');
    it.say(['A', 'B']);
    await it.pass();
    expect(it.changes).toMatchObject([
      { kind: 'list', status: 'upgrading' },
      { kind: 'device', status: 'upgrading', device: { deviceKey: 'B', cause: 'low battery' } },
    ]);
    expect(it.pages.devices().map(({ deviceKey }) => deviceKey)).toEqual(['B', 'C']);
    expect(it.reads().slice(before)).toEqual(['/ota/v1/plans/p/devices/B']);
    await it.end();
  });
  it('puts one that comes in its place, and leaves one behind the loaded page for later', async () => {
    const it = await opened(many);
    const before = it.reads().length;
    it.statuses.set('D0000A', 'upgrading');
    it.statuses.set('D0200A', 'upgrading');
    it.say(['D0000A', 'D0200A']);
    await it.pass();
    expect(it.pages.devices()[1]?.deviceKey).toBe('D0000A');
    expect(it.reads().slice(before)).toEqual(['/ota/v1/plans/p/devices/D0000A']);
    await it.end();
  });
  it('reads the page again when many moved, at most every one and a half seconds', async () => {
    const it = await opened(many);
    const before = it.reads().length;
    for (let i = 0; i < 5; i++) {
      it.say([], true);
      await it.pass(300);
    }
    expect(it.reads().length - before).toBe(1);
    await it.pass();
    expect(it.reads().length - before).toBe(2);
    expect(it.changes).toEqual([]);
    await it.end();
  });
  it('draws a component of an unfolded device again, and nothing else', async () => {
    const it = await opened(['A', 'B']);
    await it.watch.components('A');
    it.setProgress(40);
    it.say([]);
    await it.pass();
    expect(it.changes).toMatchObject([{ kind: 'component', deviceKey: 'A', component: { progress: 40 } }]);
    await it.end();
  });
  it('asks for nothing while nobody can see it, and is right again afterwards', async () => {
    const it = await opened(['A', 'B']);
    it.watch.setVisible(false);
    await it.until(() => it.streams.size === 0);
    const before = it.reads().length;
    it.statuses.set('A', 'upgraded');
    await it.pass(600_000);
    expect(it.reads().length).toBe(before);
    it.watch.setVisible(true);
    await it.pass();
    expect(it.pages.devices().map(({ deviceKey }) => deviceKey)).toEqual(['B']);
    await it.end();
  });
  it('keeps what is shown while the server is away, and reads it again when it is back', async () => {
    const it = await opened(['A', 'B']);
    for (const stream of [...it.streams]) stream.destroy();
    await it.pass(0);
    expect(it.pages.devices()).toHaveLength(2);
    it.statuses.set('B', 'upgradeFailed');
    await it.pass(5000);
    await it.until(() => it.streams.size === 1);
    await it.pass(5000);
    expect(it.pages.devices().map(({ deviceKey }) => deviceKey)).toEqual(['A']);
    await it.end();
  });
});
