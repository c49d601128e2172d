import { afterEach, describe, expect, it } from 'vitest';
import { type Goal, LittleCenter } from '../testing/little-center.ts';
import { run } from '../testing/run.ts';
import type { Simulation } from './simulate.ts';

const fota: Goal = { identifier: 'FOTA', type: 'module', from: '1.0.0', to: '2.0.0' };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
async function center(payload?: Buffer): Promise<LittleCenter> {
  const made = await new LittleCenter([fota], payload).open();
  open.push(() => made.kill());
  return made;
}
function started(simulation: Simulation): Simulation {
  open.push(() => simulation.stop());
  return simulation;
}
const devices = Array.from({ length: 200 }, (_, i) => `device${i}`);

describe('an outage of Developer Center', () => {
  it('costs nothing but time, however often it is killed in the middle', { timeout: 60_000 }, async () => {
    const server = await center(Buffer.alloc(300_000, 1));
    const simulation = started(run(server, { devices, speed: 600, settle: 300 }));
    await simulation.ready;
    for (let kill = 0; kill < 5; kill++) {
      // Between two kills some reports come through: the next kill is at another place.
      const from = server.paths.length;
      await expect.poll(() => server.paths.length, { interval: 5 }).toBeGreaterThan(from + 40);
      await server.kill();
      await server.open();
    }
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 200 });
    expect(devices.filter((key) => server.statuses(key)[0] !== 'upgradeSucceeded')).toEqual([]);
    expect(summary.traffic.failedExchanges).toBeGreaterThan(0);
  });

  it('may look like a page of a proxy, a cut reply, a wrong status, a redirect or a request to wait', async () => {
    const server = await center();
    let calls = 0;
    server.interfere = (request, reply) => {
      // At first, every other call is answered by something that is not Developer Center.
      if (++calls % 2 === 0 || calls > 25) return false;
      request.resume();
      switch ((calls >> 1) % 6) {
        case 0:
          reply.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to this network</html>');
          return true;
        case 1:
          reply.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 }).write('{"plan":');
          reply.destroy();
          return true;
        case 2:
          reply.writeHead(503, { 'retry-after': '0' }).end();
          return true;
        case 3:
          reply.writeHead(302, { location: 'http://example.invalid/' }).end();
          return true;
        case 4:
          reply.writeHead(200, { 'content-type': 'application/json' }).end('{"plan": 7}');
          return true;
        default:
          request.destroy();
          return true;
      }
    };
    const simulation = started(run(server));
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
  });

  it('ends addresses, and the devices get new ones', async () => {
    const server = await center(Buffer.alloc(2_000_000, 5));
    let files = 0;
    server.interfere = (request) => {
      // The second range of a file meets an address that is over.
      if (request.url?.includes('/files/') && ++files === 2) server.endAddresses();
      return false;
    };
    const simulation = started(run(server));
    const summary = await simulation.idle;
    expect(summary.versions).toEqual({ 'FOTA=2.0.0': 1 });
    expect(summary.traffic.bytes).toBe(2_000_000);
  });

  it('of the kind that knows a device no more makes it give up, and says so', async () => {
    const server = await center();
    const simulation = started(
      run(server, { registrar: { ...server.registrar, registerDevices: () => Promise.resolve() } }),
    );
    const summary = await simulation.idle;
    expect(summary.activities.refused).toBe(1);
    expect(await simulation.ready).toBe(0);
  });
});
