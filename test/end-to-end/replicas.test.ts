import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { systemClock } from '@otaplan/developer-center';
import { openPostgresStore } from '@otaplan/developer-center/postgres';
import { noMosquitto, startMosquitto, type TestMosquitto } from '@otaplan/developer-center/testing/mosquitto';
import { findPostgres } from '@otaplan/developer-center/testing/postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { Bench, type Overview, settled, until } from './harness.ts';

const postgres = await findPostgres();
const why = typeof postgres === 'string' ? ` (skipped: ${postgres})` : '';
const plan = 'Water meter 2.4 today';
const devices = 200;

describe.skipIf(typeof postgres === 'string')(`replicas on one PostgreSQL${why}`, () => {
  afterAll(async () => {
    if (typeof postgres !== 'string') await postgres.stop();
  });

  const onMosquitto = noMosquitto === null ? 'by MQTT over one mosquitto' : `by MQTT (skipped: ${noMosquitto})`;
  test('one of two is killed in the middle, and everything ends right', () => kill(null));
  test.skipIf(noMosquitto !== null)(`the same with devices that speak ${onMosquitto}`, async () => {
    const broker = await startMosquitto(null);
    try {
      await kill(broker);
    } finally {
      await broker.stop();
    }
  });

  /** @param broker devices speak MQTT with it, and both replicas share what they publish */
  async function kill(broker: TestMosquitto | null) {
    if (typeof postgres === 'string') return;
    const bench = new Bench();
    const balancer = new Balancer();
    try {
      await killOneOfTwo(bench, balancer, broker);
    } finally {
      await bench.close();
      balancer.close();
    }
  }

  async function killOneOfTwo(bench: Bench, balancer: Balancer, broker: TestMosquitto | null) {
    if (typeof postgres === 'string') return;
    if (broker) {
      bench.env['OTAPLAN_MQTT'] = broker.inside;
      bench.env['OTAPLAN_MQTT_USERNAME'] = broker.username;
      bench.env['OTAPLAN_MQTT_PASSWORD'] = broker.password;
    }
    const replica = (publicUrl: string) => startReplica(bench, balancer, publicUrl);
    const database = await postgres.database();
    // By the environment: what stands in the arguments, every user of the machine can read.
    bench.env['OTAPLAN_DATABASE'] = database;
    const url = await balancer.listen();
    const [first] = await Promise.all([replica(url), replica(url)]);
    await bench.startFleet({ devices, speed: 120, ...(broker ? { mqtt: broker.url } : {}) });
    await bench.done('deploy', 'today.otaplan', '--activate', '--yes');

    await until(
      () => bench.json<Overview>('status', plan),
      (overview) => overview.devices.upgrading + overview.devices.upgraded > 20,
      60,
    );
    await bench.stop(first, 'SIGKILL');
    const end = await until(() => bench.json<Overview>('status', plan), settled, 120);
    expect(end.devices).toMatchObject({ total: devices, upgraded: devices });

    const store = await openPostgresStore({ url: database, clock: systemClock, random: (count) => randomBytes(count) });
    try {
      expect(await store.plans.verify()).toEqual([]);
      const page = await store.plans.listPlanDevices(end.plan.id, {}, devices, null);
      expect(page.items).toHaveLength(devices);
      for (const { deviceKey } of page.items) {
        const log = await store.plans.componentLog(end.plan.id, deviceKey, null, 0, 1000);
        const issued = log
          .filter(({ text }) => text.startsWith('Plan issued'))
          .map((line) => `${line.component}#${line.attempt}`);
        expect(new Set(issued).size, `${deviceKey}: ${issued.join(' ')}`).toBe(issued.length);
        const done = log.filter(({ text }) => text.startsWith('Upgraded'));
        expect(new Set(done.map(({ component }) => component)).size).toBe(done.length);
      }
    } finally {
      await store.close();
    }
  }

  /** A replica behind the balancer; all share the folder of package files. */
  async function startReplica(bench: Bench, balancer: Balancer, publicUrl: string): Promise<ChildProcess> {
    const folder = path.join(bench.folder, 'center');
    const { child, ready } = await bench.start(
      ...['server', '--data', folder, '--port', '0', '--public-url', publicUrl, '--log', 'warn'],
    );
    balancer.add(Number(ready['port']), child);
    bench.env['OTAPLAN_SERVER'] = publicUrl;
    bench.env['OTAPLAN_ACCESS_KEY'] = String(ready['accessKey']);
    bench.env['OTAPLAN_ACCESS_SECRET'] = readFileSync(String(ready['accessSecretFile']), 'utf8').trim();
    return child;
  }
});

/** Hands connections to the replicas in turn, and to none that does not answer. */
class Balancer {
  readonly #ports: number[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#forward(socket, this.#ports.length));
  #turn = 0;

  add(port: number, replica: ChildProcess): void {
    this.#ports.push(port);
    replica.once('exit', () => this.#ports.splice(this.#ports.indexOf(port), 1));
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #forward(socket: Socket, tries: number): void {
    const port = this.#ports[this.#turn++ % this.#ports.length];
    if (port === undefined || tries === 0) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const replica = connect(port, '127.0.0.1');
    let connected = false;
    const end = () => {
      this.#sockets.delete(socket);
      socket.destroy();
      replica.destroy();
    };
    replica.once('connect', () => {
      connected = true;
      socket.pipe(replica).pipe(socket);
    });
    replica.on('error', () => (connected ? end() : this.#forward(socket, tries - 1)));
    replica.on('close', () => connected && end());
    socket.on('error', end);
    socket.on('close', end);
  }
}
