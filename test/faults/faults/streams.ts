import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { keysOf } from '../documents.ts';
import type { Fault } from '../fault.ts';

const readers = 50;
/** Changes of all drafts before anybody listens. */
const roundsBefore = 100;
/** Until the buffers of both kernels and the server's own are full, and then the minute after which a reader is let go. */
const patience = 300_000;
const mostGrowth = 96 * 1024 * 1024;

export const neverReads: Fault = {
  of: 'server',
  looksAt: [],
  name: 'readers of the event stream who never read: memory stays bounded, they are let go, others hear',
  async run(center) {
    const wrong: string[] = [];
    await center.register(keysOf(1));
    // Names that are long make frames large; every change of each is told to all of them.
    const drafts = await center.drafts(60);
    const changeAll = () => Promise.all(drafts.map((draft) => center.touch(draft)));
    // As much memory as the changes alone take.
    for (let round = 0; round < roundsBefore; round++) await changeAll();
    const { hostname, port } = new URL(center.url);
    const head = `Host: ${hostname}:${port}\r\nAuthorization: ${await center.token()}\r\nAccept: text/event-stream\r\n\r\n`;
    const sockets = Array.from({ length: readers }, () => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      // Nothing reads: not even the kernel's window is emptied.
      socket.pause();
      socket.write(`GET /ota/v1/events HTTP/1.1\r\n${head}`);
      return socket;
    });
    const attentive = new AbortController();
    let heard = 0;
    const reading = (async () => {
      const headers = { Authorization: await center.token() };
      const { body } = await fetch(`${center.url}/ota/v1/events`, { headers, signal: attentive.signal });
      for await (const chunk of body ?? []) if (chunk.length > 0) heard = performance.now();
    })().catch(() => {});
    const open = async () => (await center.metric('otaplan_event_streams')) ?? 0;
    for (let tries = 0; (await open()) <= readers && tries < 100; tries++) await pause(100);
    const before = (await center.metric('process_resident_memory_bytes')) ?? 0;
    let most = before;
    const begin = performance.now();
    let changes = 0;
    while ((await open()) > 1 && performance.now() - begin < patience) {
      await changeAll();
      changes += drafts.length;
      most = Math.max(most, (await center.metric('process_resident_memory_bytes')) ?? 0);
    }
    const gone = readers + 1 - (await open());
    const last = performance.now();
    await center.touch(drafts[0] ?? '');
    for (let tries = 0; heard < last && tries < 50; tries++) await pause(100);
    if (heard < last) wrong.push('Who reads was told nothing any more.');
    attentive.abort();
    await reading;
    for (const socket of sockets) socket.destroy();
    const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
    const seen = `${changes} changes; memory from ${megabytes(before)} to at most ${megabytes(most)} MB; ${gone} of ${readers} let go`;
    if (most - before > mostGrowth) wrong.push(`Memory grew by ${megabytes(most - before)} MB.`);
    if (gone < readers) wrong.push(`${readers - gone} were not let go within ${patience / 60_000} minutes.`);
    return { tried: readers, lost: 0, wrong, seen };
  },
};
