import { PlanOverview } from '@otaplan/api';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Changes } from '../center/changes.ts';
import { activate, planDocument, savePlan, TestDevice } from '../testing/plans.ts';
import { addPackage, type Running, register, run, start } from '../testing/running.ts';
import { EventStreams } from './events.ts';
import { silentLog } from './log.ts';

interface Frame {
  readonly event: string;
  readonly id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data whose schema they check where it matters.
  readonly data: any;
}

/** Reads an event stream frame by frame. */
function reader(body: ReadableStream<Uint8Array>) {
  const source = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let lastId: string | null = null;
  return {
    get lastId() {
      return lastId;
    },
    async next(): Promise<Frame | 'end'> {
      for (;;) {
        const cut = text.indexOf('\n\n');
        if (cut >= 0) {
          const lines = text.slice(0, cut).split('\n');
          text = text.slice(cut + 2);
          const field = (name: string) =>
            lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
          lastId = field('id') ?? lastId;
          const data = field('data');
          if (data !== null) return { event: field('event') ?? '', id: field('id'), data: JSON.parse(data) };
          continue;
        }
        const { done, value } = await source.read();
        if (done) return 'end';
        text += decoder.decode(value, { stream: true });
      }
    },
    cancel: () => source.cancel(),
  };
}

describe('live events over HTTP', () => {
  let dc: Running;
  let token: string;
  beforeEach(async () => {
    dc = await run();
    token = await dc.logIn();
    await register(dc, ['D0001', 'D0002']);
    await addPackage(dc, '2.0.0');
  });
  afterEach(() => dc.end());

  const open = async (query = '', headers: Record<string, string> = {}) => {
    const reply = await fetch(`${dc.server.url}/ota/v1/events${query}`, {
      headers: { Authorization: token, ...headers },
    });
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    if (!reply.body) throw new Error('no stream');
    return reader(reply.body);
  };
  /** Lets time pass in steps until a frame is there. */
  const nextOf = async (stream: ReturnType<typeof reader>): Promise<Frame> => {
    let frame: Frame | 'end' | null = null;
    const reading = stream.next().then((read) => {
      frame = read;
    });
    for (let i = 0; i < 200 && frame === null; i++) {
      dc.clock.advance(200);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await reading;
    if (frame === null || frame === 'end') throw new Error('no frame');
    return frame;
  };

  test('a stream of all plans tells what is made, changed and deleted', async () => {
    const stream = await open();
    const planId = await savePlan(dc);
    const made = await nextOf(stream);
    expect(made.event).toBe('plan');
    expect(PlanOverview.parse(made.data).plan).toMatchObject({ id: planId, status: 'inactivated' });
    await activate(dc, planId);
    expect((await nextOf(stream)).data.plan.status).toBe('toBeUpgraded');
    const other = await savePlan(dc, planDocument({ name: 'Other' }));
    expect((await nextOf(stream)).data.plan.id).toBe(other);
    const etag = (await dc.call('GET', `/ota/v1/plans/${other}`)).headers.get('etag') ?? '';
    await dc.call('DELETE', `/ota/v1/plans/${other}`, { headers: { 'If-Match': etag } });
    expect(await nextOf(stream)).toMatchObject({ event: 'planDeleted', data: { planId: other } });
    await stream.cancel();
  });

  test('a stream of one plan begins with its state and names its devices', async () => {
    const device = new TestDevice(dc, 'D0001');
    await device.reportVersion('1.0.0');
    const planId = await savePlan(dc);
    await activate(dc, planId);
    const stream = await open(`?plan=${planId}`);
    expect((await nextOf(stream)).event).toBe('plan');
    await device.readPlan();
    await device.reportStatus(planId, 'planReceived');
    const seen: Frame[] = [];
    while (!seen.some((frame) => frame.event === 'devices')) seen.push(await nextOf(stream));
    const devices = seen.find((frame) => frame.event === 'devices');
    expect(devices?.data).toMatchObject({ planId, more: false });
    expect(devices?.data.devices).toContainEqual({ deviceKey: 'D0001', status: 'upgrading' });
    await stream.cancel();
    expect((await dc.call('GET', '/ota/v1/events?plan=none')).status).toBe(404);
  });

  test('whoever was cut off resumes with what was missed; after a restart there is a resync', async () => {
    const stream = await open();
    await savePlan(dc);
    await nextOf(stream);
    const seen = stream.lastId ?? '';
    await stream.cancel();
    const missed = await savePlan(dc, planDocument({ name: 'Missed' }));
    const resumed = await open('', { 'Last-Event-ID': seen });
    const frame = await nextOf(resumed);
    expect([frame.event, frame.data.plan.id]).toEqual(['plan', missed]);
    await resumed.cancel();
    dc = await dc.restart();
    const after = await open('', { 'Last-Event-ID': seen });
    expect((await nextOf(after)).event).toBe('resync');
    await after.cancel();
  });

  test('stopping ends the streams', async () => {
    const stream = await open();
    const ended = stream.next();
    await dc.server.close();
    expect(await ended).toBe('end');
  });
});

describe('a reader and its stream', () => {
  const plan = (planId: string) => ({ plan: { id: planId } }) as unknown as PlanOverview;
  const mine = { account: 'mine', key: 'AK1' };
  const setUp = () => {
    const clock = new VirtualClock(start);
    const changes = new Changes();
    let reads = 0;
    const events = new EventStreams(
      changes,
      async (planId) => {
        reads++;
        return { account: 'mine', overview: plan(planId) };
      },
      { clock, log: silentLog, epoch: 'e1', holds: async () => true },
    );
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    return { clock, changes, events, settle, reads: () => reads };
  };

  test('many changes of a plan make at most five states a second', async () => {
    const { clock, changes, events, settle, reads } = setUp();
    const stream = reader(events.stream(mine, 'p', null, () => {}));
    for (let i = 0; i < 1000; i++) {
      changes.tell({ kind: 'plan', planId: 'p' });
      clock.advance(1);
      await settle();
    }
    expect(reads()).toBeGreaterThan(3);
    expect(reads()).toBeLessThanOrEqual(6);
    await stream.cancel();
    expect(events.open).toBe(0);
  });

  test('devices beyond 500 in one event are told as more', async () => {
    const { clock, changes, events, settle } = setUp();
    const stream = reader(events.stream(mine, 'p', null, () => {}));
    const devices = Array.from({ length: 700 }, (_, i) => ({
      deviceKey: `D${1000 + i}`,
      status: 'upgrading' as const,
    }));
    changes.tell({ kind: 'devices', planId: 'p', devices, more: false });
    clock.advance(200);
    await settle();
    expect(await stream.next()).toMatchObject({ event: 'plan' });
    const frame = await stream.next();
    expect(frame).toMatchObject({ event: 'devices', data: { more: true } });
    expect((frame as Frame).data.devices).toHaveLength(500);
  });

  test('a quiet stream shows that it lives', async () => {
    const { clock, events } = setUp();
    const source = events.stream(mine, null, null, () => {}).getReader();
    await source.read();
    clock.advance(15_000);
    expect(new TextDecoder().decode((await source.read()).value)).toBe(': still here\n\n');
  });

  test('a reader that never reads is let go, and no memory grows for it', async () => {
    const { clock, changes, events, settle, reads } = setUp();
    let gone = false;
    events.stream(mine, null, null, () => {
      gone = true;
    });
    for (let i = 0; i < 20_000; i++) {
      changes.tell({ kind: 'plan', planId: `p${i % 1000}` });
      if (i % 100 === 0) {
        clock.advance(200);
        await settle();
      }
    }
    const before = reads();
    for (let i = 0; i < 10 && !gone; i++) {
      clock.advance(15_000);
      await settle();
    }
    expect(gone).toBe(true);
    expect(events.open).toBe(0);
    expect(reads() - before).toBeLessThan(2000);
  });
});
