import { connect } from 'node:net';
import { deviceTopic, everyDeviceTopic, type ToDevice, toDevice } from '@otaplan/api';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../http/log.ts';
import { noMosquitto, startMosquitto } from '../../testing/mosquitto.ts';
import { activate, savePlan } from '../../testing/plans.ts';
import { addPackage, deviceSecret, product, type Running, register, run } from '../../testing/running.ts';
import type { Publish } from './device-messages.ts';
import { openEmbeddedBroker } from './embedded-broker.ts';

const keys = ['D0001', 'D0002', 'D0003'];

interface Open {
  readonly dc: Running;
  readonly url: string;
  end(): Promise<void>;
}
const brokers: readonly { name: string; missing: string | null; open(): Promise<Open> }[] = [
  {
    name: 'the broker of our own',
    missing: null,
    async open() {
      const dc = await run({ mqtt: { port: 0 } });
      return { dc, url: `mqtt://127.0.0.1:${dc.server.mqttPort}`, end: () => dc.end() };
    },
  },
  {
    name: 'mosquitto',
    missing: noMosquitto,
    async open() {
      const names = keys.map((key): [string, string] => [`${product}/${key}`, deviceSecret(key)]);
      const broker = await startMosquitto(new Map(names));
      const { username, password, url, inside } = broker;
      const dc = await run({ mqtt: { broker: inside, username, password } });
      const end = async () => {
        await dc.end();
        await broker.stop();
        expect(dc.logLines.join('\n')).not.toContain(password);
      };
      return { dc, url, end };
    },
  },
];

/** Looks again each time: what was seen is good for five seconds. */
async function healthOf(dc: Running): Promise<[number, string]> {
  dc.clock.advance(5000);
  const { status, json } = await dc.call('GET', '/readyz?all', { authorization: null });
  return [status, json.parts?.mqtt ?? json.detail];
}

/** A device as its firmware would speak. */
class MqttDevice {
  readonly client: MqttClient;
  readonly heard: { what: ToDevice; json: unknown }[] = [];
  readonly identity: { productKey: string; deviceKey: string };
  readonly #session = Math.random().toString(36).slice(2);
  #reports = 0;
  #waiting: (() => void)[] = [];

  constructor(client: MqttClient, key: string) {
    this.client = client;
    this.identity = { productKey: product, deviceKey: key };
    client.on('error', () => {});
    client.on('message', (topic, payload) => {
      const what = toDevice.find((known) => topic === deviceTopic(this.identity, known));
      if (what) this.heard.push({ what, json: JSON.parse(payload.toString()) });
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  static async connect(url: string, key: string, secret = deviceSecret(key), clientId = `${product}/${key}`) {
    const name = `${product}/${key}`;
    const settings = { protocolVersion: 4, clientId, username: name, password: secret, reconnectPeriod: 0 } as const;
    const device = new MqttDevice(await mqtt.connectAsync(url, settings), key);
    await device.client.subscribeAsync(
      toDevice.map((what) => deviceTopic(device.identity, what)),
      { qos: 1 },
    );
    return device;
  }

  /** The next message of a kind that came after so many. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages whose shape the schema's tests check.
  async next(what: ToDevice, after = 0): Promise<any> {
    for (;;) {
      const found = this.heard.slice(after).find((message) => message.what === what);
      if (found) return found.json;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  async ask(what: 'reports' | 'read', payload: string | Buffer, answer: ToDevice) {
    const before = this.heard.length;
    await this.client.publishAsync(deviceTopic(this.identity, what), payload, { qos: 1 });
    return await this.next(answer, before);
  }
  send(reports: readonly unknown[]) {
    return this.ask('reports', JSON.stringify({ reports }), 'results');
  }
  read() {
    return this.ask('read', '', 'plan');
  }
  versions(version: string) {
    return { id: this.id(), kind: 'versions', components: [{ identifier: 'FOTA', type: 'module', version }] };
  }
  status(planId: string, status: string, more: object = {}) {
    return { id: this.id(), kind: 'status', planId, identifier: 'FOTA', attempt: 1, status, ...more };
  }
  id() {
    return `${this.#session}-${++this.#reports}`;
  }
}

describe.each(brokers)('devices that speak MQTT with $name', ({ missing, open }) => {
  describe.skipIf(missing !== null)(missing === null ? 'as over HTTP' : `(skipped: ${missing})`, () => {
    let opened: Open;
    let dc: Running;
    const devices: MqttDevice[] = [];
    beforeEach(async () => {
      opened = await open();
      dc = opened.dc;
      await register(dc, keys);
    });
    afterEach(async () => {
      for (const { client } of devices.splice(0)) await client.endAsync(true);
      await opened.end();
    });
    const connect = async (...args: [key: string, secret?: string, clientId?: string]) => {
      const device = await MqttDevice.connect(opened.url, ...args);
      devices.push(device);
      return device;
    };
    const status = async (planId: string, key: string) =>
      (await dc.call('GET', `/ota/v1/plans/${planId}/devices/${key}/components`)).json.items[0].status;

    test('a plan is pushed, carried out and succeeds by the version reported', async () => {
      await addPackage(dc, '2.0.0');
      const device = await connect('D0001');
      expect(await device.send([device.versions('1.0.0')])).toMatchObject({ results: [{ result: 'applied' }] });
      expect((await device.read()).plan).toBeNull();
      const before = device.heard.length;
      const planId = await savePlan(dc);
      await activate(dc, planId);
      const pushed = await device.next('plan', before);
      expect(pushed.plan).toMatchObject({ id: planId, components: [{ targetVersion: '2.0.0', address: null }] });
      await device.send([device.status(planId, 'planReceived'), device.status(planId, 'upgradeConfirmed')]);
      const [file] = (await device.read()).plan.components[0].address.files;
      expect((await fetch(file.url)).status).toBe(200);
      const steps = ['readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading'];
      const { results } = await device.send(steps.map((step) => device.status(planId, step)));
      expect(results.map(({ result }: { result: string }) => result)).toEqual(steps.map(() => 'applied'));
      await device.send([device.versions('2.0.0')]);
      expect(await status(planId, 'D0001')).toBe('upgradeSucceeded');
      // The same once more is harmless.
      await device.send([device.status(planId, 'upgrading')]);
      expect(await status(planId, 'D0001')).toBe('upgradeSucceeded');
    });

    test('the health of the service tells that messages come in', async () => {
      await expect.poll(() => healthOf(dc)).toEqual([200, 'ok']);
    });

    test('suspending tells a device that its plan is taken back', async () => {
      await addPackage(dc, '2.0.0');
      const device = await connect('D0001');
      await device.send([device.versions('1.0.0')]);
      await device.read();
      const planId = await savePlan(dc);
      let before = device.heard.length;
      await activate(dc, planId);
      expect((await device.next('plan', before)).plan?.id).toBe(planId);
      before = device.heard.length;
      await dc.call('POST', `/ota/v1/plans/${planId}/suspend`, { body: {} });
      expect((await device.next('plan', before)).plan).toBeNull();
    });

    test('a device reaches its own topics and nobody else’s', async () => {
      const [one, two] = [await connect('D0001'), await connect('D0002')];
      const others = [deviceTopic(two.identity, 'plan'), 'otaplan/v1/#', everyDeviceTopic('reports'), '#'];
      for (const topic of others) await one.client.subscribeAsync(topic, { qos: 1 }).catch(() => {});
      await two.send([two.versions('1.0.0')]);
      await two.read();
      expect(one.heard).toEqual([]);
      const forged = JSON.stringify({ reports: [two.versions('6.6.6')] });
      const planMessages = two.heard.filter(({ what }) => what === 'plan').length;
      // A broker answers with silence, or hangs up.
      one.client.publish(deviceTopic(two.identity, 'plan'), '{"plan":null}', { qos: 1 }, () => {});
      const three = await connect('D0003');
      three.client.publish(deviceTopic(two.identity, 'reports'), forged, { qos: 1 }, () => {});
      await (await connect('D0001')).read();
      await two.read();
      expect(two.heard.filter(({ what }) => what === 'plan')).toHaveLength(planMessages + 1);
      const detail = `/v2/deviceshadow/r2/openapi/device/resource?productKey=${product}&deviceKey=D0002`;
      expect((await dc.call('GET', detail, { authorization: await dc.logIn() })).text).not.toContain('6.6.6');
    });

    test('a wrong secret does not get in', async () => {
      await expect(connect('D0001', 'secret-of-D0002')).rejects.toThrow(/not authorized|bad user ?name/i);
      await expect(connect('D9999')).rejects.toThrow(/not authorized|bad user ?name/i);
    });

    test('poison is refused or ignored with a reason, and the neighbours count', async () => {
      const device = await connect('D0001');
      const good = device.versions('1.2.3');
      const { results } = await device.send([
        null,
        'text',
        { id: 'a', kind: 'selfDestruct' },
        { id: 'b', kind: 'versions', components: [{ identifier: 'F\u0000TA', type: 'module', version: '1' }] },
        { id: 'c', kind: 'versions', components: [], battery: 101 },
        device.status("'; DROP TABLE plan; --", 'downloading', { progress: -1 }),
        good,
      ]);
      expect(results.map(({ result }: { result: string }) => result).join()).toBe(
        'ignored,ignored,ignored,ignored,ignored,ignored,applied',
      );
      const refused = async (payload: string | Buffer) =>
        (await device.ask('reports', payload, 'problem')).status as number;
      expect(await refused('{"reports":[')).toBe(400);
      expect(await refused('{"reports":[{"battery":NaN}]}')).toBe(400);
      expect(await refused(Buffer.from([0xff, 0xfe, 0x00]))).toBe(400);
      expect(await refused('{}')).toBe(400);
      expect(await refused('[]')).toBe(400);
      expect(await refused(JSON.stringify({ reports: Array(501).fill(1) }))).toBe(400);
      expect(await refused(JSON.stringify({ reports: ['x'.repeat(70_000)] }))).toBe(413);
      expect(await refused('['.repeat(30_000) + ']'.repeat(30_000))).toBe(400);
      expect(await device.send([device.versions('1.2.4')])).toMatchObject({ results: [{ result: 'applied' }] });
      // Ten megabytes: whoever sends that is cut off, and may come again.
      const cut = new Promise((done) => device.client.once('close', () => done(null)));
      device.client.publish(
        deviceTopic(device.identity, 'reports'),
        Buffer.alloc(10_000_000, 120),
        { qos: 1 },
        () => {},
      );
      await cut;
      const again = await connect('D0001');
      expect(await again.send([again.versions('1.2.5')])).toMatchObject({ results: [{ result: 'applied' }] });
    });

    test('a device that sends without end is asked for patience, and others are not held up', async () => {
      const [loud, quiet] = [await connect('D0001'), await connect('D0002')];
      for (let sent = 0; sent < 400; sent++)
        loud.client.publish(deviceTopic(loud.identity, 'read'), '', { qos: 1 }, () => {});
      expect(await loud.next('problem')).toMatchObject({ status: 429, retryAfter: 1 });
      expect(await quiet.send([quiet.versions('1.0.0')])).toMatchObject({ results: [{ result: 'applied' }] });
    });
  });
});

/** A packet of MQTT 3.1.1, of at most 127 bytes. */
function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const rest = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, rest.length]), rest]);
}
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
}

describe('the broker of our own', () => {
  const identity = { productKey: product, deviceKey: 'D0001' };
  /** A broker in front of somebody who keeps messages when told to. */
  async function open(take: () => Promise<void>) {
    const taker = { take, left: async () => {}, close: () => {} };
    const options = { host: '127.0.0.1', port: 0, log: silentLog, prove: async () => {} };
    const { broker } = await openEmbeddedBroker(options, () => taker);
    return { broker, url: `mqtt://127.0.0.1:${broker.port}` };
  }

  test('acknowledges a message when it is kept, and no sooner', async () => {
    const kept = Promise.withResolvers<void>();
    const { broker, url } = await open(() => kept.promise);
    const device = await MqttDevice.connect(url, 'D0001');
    let acknowledged = false;
    const published = device.client.publishAsync(deviceTopic(identity, 'reports'), '{}', { qos: 1 }).then(() => {
      acknowledged = true;
    });
    // Other things are answered meanwhile.
    await device.client.subscribeAsync(deviceTopic(identity, 'plan'));
    expect(acknowledged).toBe(false);
    kept.resolve();
    await published;
    await device.client.endAsync();
    await broker.close();
  });

  test('tells a device what it subscribed to before it was let in', async () => {
    let publish: Publish = () => {};
    const [asked, proven] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const prove = () => {
      asked.resolve();
      return proven.promise;
    };
    const { broker } = await openEmbeddedBroker({ host: '127.0.0.1', port: 0, log: silentLog, prove }, (made) => {
      publish = made;
      return { take: async () => publish(deviceTopic(identity, 'plan'), '{}'), left: async () => {}, close: () => {} };
    });
    const socket = connect(broker.port, '127.0.0.1');
    const heard = new Promise<void>((resolve) => {
      let bytes = '';
      socket.on('data', (chunk) => {
        bytes += chunk.toString('latin1');
        if (bytes.includes(deviceTopic(identity, 'plan'))) resolve();
      });
    });
    const name = `${product}/D0001`;
    socket.write(packet(0x10, text('MQTT'), Buffer.from([4, 0xc2, 0, 60]), text(name), text(name), text('secret')));
    await asked.promise;
    // As quick as can be: all of it waits at the broker when the device is let in.
    const subscription = packet(0x82, Buffer.from([0, 1]), text(deviceTopic(identity, 'plan')), Buffer.from([1]));
    await new Promise((sent) => socket.write(subscription, sent));
    await new Promise((sent) => socket.write(packet(0x30, text(deviceTopic(identity, 'read'))), sent));
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
    proven.resolve();
    await heard;
    socket.destroy();
    await broker.close();
  });

  test('does not acknowledge what cannot be kept: it hangs up', async () => {
    const { broker, url } = await open(() => Promise.reject(new Error('no room')));
    const device = await MqttDevice.connect(url, 'D0001');
    const ended = new Promise((done) => device.client.once('close', () => done(null)));
    let acknowledged = false;
    device.client.publish(deviceTopic(identity, 'reports'), '{}', { qos: 1 }, (error) => {
      acknowledged = !error;
    });
    await ended;
    expect(acknowledged).toBe(false);
    await broker.close();
  });

  test('lets no device push another one out by its client id', async () => {
    const { broker, url } = await open(async () => {});
    const device = await MqttDevice.connect(url, 'D0001');
    await expect(MqttDevice.connect(url, 'D0002', 'x', `${product}/D0001`)).rejects.toThrow(/identifier/i);
    expect(device.client.connected).toBe(true);
    await device.client.endAsync();
    await broker.close();
  });
});

test.skipIf(noMosquitto !== null)(
  `the health of the service tells of a broker that is away${noMosquitto === null ? '' : ` (skipped: ${noMosquitto})`}`,
  async () => {
    const broker = await startMosquitto(null);
    const { username, password, inside } = broker;
    const dc = await run({ mqtt: { broker: inside, username, password } });
    await expect.poll(() => healthOf(dc)).toEqual([200, 'ok']);
    await broker.stop();
    await expect.poll(() => healthOf(dc)).toEqual([503, 'Messages of devices over MQTT do not come in.']);
    const ready = await dc.call('GET', '/readyz', { authorization: null });
    expect([ready.status, ready.json.status, ready.json.parts.mqtt]).toEqual([200, 'degraded', 'away']);
    await dc.end();
  },
);
