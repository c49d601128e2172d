import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { deviceTopic } from '@otaplan/api';
import { systemClock } from '@otaplan/developer-center';
import { noMosquitto, startMosquitto, type TestMosquitto } from '@otaplan/developer-center/testing/mosquitto';
import mqtt, { type MqttClient } from 'mqtt';
import type { Center } from '../center.ts';
import { keysOf, productKey, secretOf, way } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';
import { Load } from '../load.ts';
import { MqttDevices } from '../mqtt-devices.ts';

/** Devices that do not wait long for an answer that was lost: a tenth of what the reference client waits by itself. */
const hasty = { ...systemClock, after: (ms: number, run: () => void) => systemClock.after(ms / 10, run) };

/** A device without a client of its own, to see acknowledgements as they come. */
async function rawDevice(url: string, key: string): Promise<MqttClient> {
  const name = `${productKey}/${key}`;
  const settings = { protocolVersion: 4, clientId: name, username: name, password: secretOf(key) } as const;
  const client = await mqtt.connectAsync(url, { ...settings, reconnectPeriod: 0 });
  client.on('error', () => {});
  return client;
}

const reportsTopic = (key: string) => deviceTopic({ productKey, deviceKey: key }, 'reports');
const statusReport = (key: string, planId: string, status: string) =>
  JSON.stringify({
    reports: [{ id: `${key}-${status}`, kind: 'status', planId, identifier: 'FOTA', attempt: 1, status }],
  });

export const acknowledgedIsKept: Fault = {
  of: 'devices',
  looksAt: ['I1'],
  name: 'MQTT: kill -9 while messages are acknowledged; what was acknowledged is kept',
  async run(center, { kills }) {
    await center.speakMqtt();
    const wrong: string[] = [];
    const times = Math.ceil(kills / 10);
    const keys = keysOf(100 * times);
    await center.register(keys);
    const planId = await center.activate('2.0.0');
    let lost = 0;
    for (let time = 0; time < times; time++) {
      const mine = keys.slice(100 * time, 100 * time + 100);
      const url = `mqtt://127.0.0.1:${center.mqttPort}`;
      const clients = await Promise.all(mine.map((key) => rawDevice(url, key)));
      for (const key of mine) await center.request(key, '1.0.0');
      const acknowledged = new Map<string, number>();
      const gone = clients.map((client) => new Promise((closed) => client.once('close', () => closed('gone'))));
      const sending = Promise.all(
        clients.map(async (client, index) => {
          const key = mine[index] ?? '';
          for (const [step, status] of way.entries()) {
            const published = client.publishAsync(reportsTopic(key), statusReport(key, planId, status), { qos: 1 });
            if ((await Promise.race([published.catch(() => 'gone'), gone[index]])) === 'gone') return;
            acknowledged.set(key, step + 1);
          }
        }),
      );
      await pause(20 + Math.random() * 150);
      await center.stop('SIGKILL');
      await sending;
      await Promise.all(clients.map((client) => client.endAsync(true)));
      await center.start();
      for (const [key, steps] of acknowledged) {
        const [status = ''] = await center.statuses(planId, key);
        if (way.indexOf(status) + 1 < steps) lost++;
      }
    }
    return { tried: times, lost, wrong };
  },
};

export const redelivered: Fault = {
  of: 'devices',
  looksAt: ['I2', 'I3'],
  name: 'MQTT: the same message 100 times, marked as delivered again',
  async run(center) {
    await center.speakMqtt();
    const [key = ''] = keysOf(1);
    await center.register([key]);
    const planId = await center.activate('2.0.0');
    await center.request(key, '1.0.0');
    const client = await rawDevice(`mqtt://127.0.0.1:${center.mqttPort}`, key);
    for (let time = 0; time < 100; time++) {
      const message = statusReport(key, planId, time === 99 ? 'upgradeConfirmed' : 'planReceived');
      await client.publishAsync(reportsTopic(key), message, { qos: 1, dup: time > 0 });
    }
    await client.endAsync();
    const wrong: string[] = [];
    const status = await center.statuses(planId, key);
    if (status.join() !== 'upgradeConfirmed') wrong.push(`It stands at ${status}.`);
    const { json } = await center.call('GET', `/ota/v1/plans/${planId}/devices/${key}/log?limit=500`);
    if (json.items.length > 10) wrong.push(`100 repeats wrote ${json.items.length} lines.`);
    return { tried: 100, lost: 0, wrong };
  },
};

/** Lets devices go all their way over a broker of their own, while something is done to it or to Developer Center. */
async function disturbed(
  center: Center,
  times: number,
  disturb: (broker: TestMosquitto) => Promise<void>,
): Promise<Outcome> {
  const broker = await startMosquitto(null);
  const speaking = new MqttDevices(() => broker.url, hasty);
  try {
    await center.speakAt(broker);
    const keys = keysOf(400);
    await center.register(keys);
    const load = new Load(center, keys, speaking.speak);
    await load.prepare();
    for (let time = 0; time < times; time++) {
      const sending = load.run();
      await pause(200 + Math.random() * 500);
      await disturb(broker);
      await sending;
      await load.look();
      if (load.isDone) await load.prepare();
    }
    // Until all of them are done: what was not answered is sent again.
    for (let tries = 0; !load.isDone && tries < 50; tries++) {
      await load.run();
      await pause(200);
    }
    await load.look();
    await load.end();
    return { tried: times, lost: load.lost, wrong: load.wrong.slice(0, 5) };
  } finally {
    await speaking.close();
    await broker.stop();
  }
}

export const brokerKilled: Fault = {
  of: 'devices',
  looksAt: ['I1', 'I3'],
  name: 'MQTT: the broker is killed under load, is away, and comes back',
  skip: () => noMosquitto,
  run: (center, { kills }) =>
    disturbed(center, Math.ceil(kills / 20), async (broker) => {
      await broker.crash();
      await pause(500 + Math.random() * 1000);
      await broker.start();
      // Until Developer Center has found it again.
      for (let tries = 0; (await connections(center)) === 0 && tries < 100; tries++) await pause(100);
    }),
};

export const killedBehindBroker: Fault = {
  of: 'devices',
  looksAt: ['I1', 'I3'],
  name: 'MQTT: kill -9 between a message of a shared broker and its acknowledgement',
  skip: () => noMosquitto,
  run: (center, { kills }) =>
    disturbed(center, Math.ceil(kills / 20), async () => {
      await center.stop('SIGKILL');
      await center.start();
    }),
};

/** Connections to the broker that are up, as `/metrics` tells them. */
async function connections(center: Center): Promise<number> {
  return (await center.metric('otaplan_mqtt_connections')) ?? 0;
}

export const mqttSlowLoris: Fault = {
  of: 'devices',
  looksAt: [],
  name: 'slow-loris over MQTT: 300 connections that dribble are cut off, others are served',
  async run(center) {
    await center.speakMqtt();
    const keys = keysOf(20);
    await center.register(keys);
    const port = center.mqttPort ?? 0;
    const packet = Buffer.concat([Buffer.from([0x10, 0x7f, 0, 4]), Buffer.from('MQTT'), Buffer.alloc(119, 97)]);
    let cut = 0;
    const sockets = Array.from({ length: 300 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('close', () => cut++);
      return socket;
    });
    const wrong: string[] = [];
    const speaking = new MqttDevices(() => `mqtt://127.0.0.1:${center.mqttPort}`, systemClock);
    // A byte a second; the broker wants to know within 15 s who it is.
    for (let second = 0; second < 30 && cut < sockets.length; second++) {
      for (const socket of sockets) if (!socket.destroyed) socket.write(packet.subarray(second, second + 1));
      const key = keys[second % keys.length] ?? '';
      const begin = performance.now();
      await speaking.plan(key);
      const took = performance.now() - begin;
      if (took > 3000) wrong.push(`A device beside them was answered after ${Math.round(took)} ms.`);
      await pause(1000);
    }
    if (cut < sockets.length) wrong.push(`${sockets.length - cut} of them were still connected after 30 s.`);
    for (const socket of sockets) socket.destroy();
    await speaking.close();
    return { tried: sockets.length, lost: 0, wrong };
  },
};
