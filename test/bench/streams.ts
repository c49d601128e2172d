/**
 * Live events to many clients (`--clients N`, 1,000) of one plan while its devices report: how long after the answer to a report the last
 * of them has heard of it, frames a second, and what the server uses.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { parseArgs } from 'node:util';
import { Center } from '../faults/center.ts';
import { keysOf, way } from '../faults/documents.ts';
import { quantile } from './measure.ts';
import { cpuSeconds, residentMb } from './processes.ts';
import { benchStore } from './stores.ts';

const { values } = parseArgs({
  options: { clients: { type: 'string', default: '1000' }, store: { type: 'string', default: 'sqlite' } },
});
const clients = Number(values.clients);
const devices = 400;
/** Devices that are looked for on every stream. */
const sought = 20;

/** A client that remembers what it was sent lately, and counts. */
class Reader {
  frames = 0;
  bytes = 0;
  #lately = '';

  constructor(response: IncomingMessage) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.bytes += text.length;
      this.frames += text.split('\n\n').length - 1;
      this.#lately = (this.#lately + text).slice(-20_000);
    });
  }

  has(text: string): boolean {
    return this.#lately.includes(text);
  }
}

function listen(url: string, token: string, planId: string, agent: Agent): Promise<Reader> {
  return new Promise((done, failed) => {
    const call = request(
      `${url}/ota/v1/events?plan=${planId}`,
      { agent, headers: { Authorization: token, Accept: 'text/event-stream' } },
      (response) => {
        if (response.statusCode !== 200) failed(new Error(`A stream was answered with ${response.statusCode}.`));
        response.on('error', () => {});
        done(new Reader(response));
      },
    );
    call.on('error', failed);
    call.end();
  });
}

const store = await benchStore(values.store);
const center = new Center(store.database, store.folder);
const agent = new Agent({ maxSockets: clients + 10 });
try {
  await center.start();
  const keys = keysOf(devices);
  await center.register(keys);
  const planId = await center.activate('2.0.0');
  const pid = center.process?.pid;
  const before = residentMb(pid);
  const token = await center.token();
  const readers: Reader[] = [];
  for (let from = 0; from < clients; from += 100) {
    const some = Math.min(100, clients - from);
    readers.push(...(await Promise.all(Array.from({ length: some }, () => listen(center.url, token, planId, agent)))));
  }
  const connected = residentMb(pid);
  const [begin, cpu] = [performance.now(), cpuSeconds(pid)];
  const frames = () => readers.reduce((sum, reader) => sum + reader.frames, 0);
  const framesBefore = frames();
  const delays: number[] = [];
  let reports = 0;
  for (const [index, key] of keys.entries()) {
    await center.goes(key, planId, '1.0.0', '2.0.0');
    reports += way.length + 2;
    if (index % Math.floor(devices / sought) !== 0) continue;
    const answered = performance.now();
    while (!readers.every((reader) => reader.has(key))) {
      if (performance.now() - answered > 30_000) throw new Error(`${key} did not come to every stream.`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    delays.push(performance.now() - answered);
  }
  const seconds = (performance.now() - begin) / 1000;
  const used = cpu === null ? 'not known here' : `${(((cpuSeconds(pid) ?? 0) - cpu) / seconds).toFixed(2)} cores`;
  const rate = Math.round((frames() - framesBefore) / seconds);
  console.log(`${clients} clients of one plan, ${Math.round(reports / seconds)} reports/s in arrays, ${values.store}:`);
  console.log(
    `  all have heard of a device ${Math.round(quantile(delays, 0.5))} ms after its report was answered (worst ${Math.round(Math.max(...delays))})`,
  );
  console.log(
    `  ${rate} frames/s; the server used ${used}, ${before} MB before, ${connected} MB with them, ${residentMb(pid)} MB after`,
  );
} finally {
  agent.destroy();
  await center.end();
  await store.end();
}
