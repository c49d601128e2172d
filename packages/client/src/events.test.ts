import { beforeEach, describe, expect, it } from 'vitest';
import { bothExchanges } from './both-exchanges.ts';
import { events, type LiveEvent } from './events.ts';
import { directExchange } from './exchange.ts';
import { type Answer, faultyServer, json, problem } from './faulty-server.ts';
import { virtualAmbient } from './virtual-ambient.ts';
import { createWire } from './wire.ts';

let exchange = () => directExchange();

async function stream(answer: Answer, until: number) {
  const server = await faultyServer(answer);
  const ambient = virtualAmbient({ skip: 50_000 });
  const credentials = async () => ({ accessKey: 'AK', accessSecret: 's' });
  const wire = createWire({ server: server.url, credentials, ambient, timeout: 120_000, exchange: exchange() });
  const controller = new AbortController();
  const seen: LiveEvent[] = [];
  for await (const event of events(wire, { signal: controller.signal })) {
    seen.push(event);
    if (seen.length >= until) controller.abort();
  }
  await server[Symbol.asyncDispose]();
  return { seen, server, ambient };
}

describe.each(bothExchanges)('over %s', (_, make) => {
  beforeEach(() => {
    exchange = make;
  });

  describe('events', () => {
    it('resumes behind the last event after the connection broke, and tells a resync', async () => {
      const { seen, server } = await stream((_, reply, turn) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        if (turn === 0) {
          reply.write(': hello\n\nid: 41\nevent: planDeleted\ndata: {"planId":"a"}\n\nevent: novelty\ndata: {}\n\n');
          setImmediate(() => reply.destroy());
        } else {
          reply.write('id: 42\nevent: resync\ndata: {"reason":"too long ago"}\n\n');
        }
      }, 5);
      expect(seen.map((event) => event.kind)).toEqual([
        'connected',
        'planDeleted',
        'disconnected',
        'connected',
        'resync',
      ]);
      expect(seen[3]).toMatchObject({ resumed: true });
      expect(server.requests[0]?.headers['last-event-id']).toBeUndefined();
      expect(server.requests[1]?.headers['last-event-id']).toBe('41');
    });
    it('asks for reading again when an event is broken', async () => {
      const { seen } = await stream((_, reply) => {
        reply.writeHead(200, { 'content-type': 'text/event-stream' });
        reply.write('event: plan\ndata: {"plan": 1}\n\nevent: devices\ndata: {oops\n\n');
      }, 3);
      expect(seen.slice(1).map((event) => event.kind)).toEqual(['resync', 'resync']);
    });
    it('comes back with growing pauses while the server is away, and keeps the interval that it asked for', async () => {
      const { seen } = await stream((_, reply, turn) => {
        if (turn === 0) {
          reply.writeHead(200, { 'content-type': 'text/event-stream' });
          reply.write('retry: 4000\n\n');
          setImmediate(() => reply.destroy());
        } else problem(reply, 503, 'unavailable');
      }, 4);
      const pauses = seen.filter((event) => event.kind === 'disconnected');
      expect(pauses).toHaveLength(3);
    });
    it('throws when the server has no such thing', async () => {
      await expect(stream((_, reply) => json(reply, 200, { code: 404, msg: '' }), 1)).resolves.toBeDefined();
      await expect(stream((_, reply) => problem(reply, 403, 'not-permitted'), 1)).rejects.toThrow('may not do that');
    });
  });
});
