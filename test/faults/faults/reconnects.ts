import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { deviceTopic, mqttName } from '@otaplan/api';
import type { Center } from '../center.ts';
import { keysOf, productKey, secretOf } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';

const count = 10_000;
/**
 * How long a device waits for its answer before it comes again. Longer than the 30 s of the reference client: all of them share one
 * process here, which on a busy machine is longer away than that.
 */
const patienceMs = 120_000;

/** All of a fleet begins to connect within a second, after the server was killed. @param ask one device's first exchange */
async function reconnected(center: Center, ask: (key: string) => Promise<boolean>): Promise<Outcome> {
  const keys = keysOf(count);
  await center.register(keys);
  const planId = await center.activate('2.0.0');
  await center.stop('SIGKILL');
  await center.start();
  const begin = performance.now();
  let [begun, again, slowest] = [0, 0, 0];
  const answered = await Promise.all(
    keys.map(async (key, index) => {
      await pause((index / count) * 900);
      begun = Math.max(begun, performance.now() - begin);
      for (let tries = 0; tries < 4; tries++) {
        if (tries > 0) {
          again++;
          await pause(Math.random() * 2000 * 2 ** tries);
        }
        const asked = performance.now();
        if (await ask(key)) {
          slowest = Math.max(slowest, performance.now() - asked);
          return true;
        }
      }
      return false;
    }),
  );
  const took = performance.now() - begin;
  const seen =
    `${count} began within ${(begun / 1000).toFixed(1)} s and were answered within ${(took / 1000).toFixed(1)} s, the slowest after ` +
    `${(slowest / 1000).toFixed(1)} s; ${again} had to come again`;
  const wrong: string[] = [];
  const unanswered = answered.filter((is) => !is).length;
  if (unanswered > 0) wrong.push(`${unanswered} of ${count} were never answered.`);
  const { json } = await center.call('GET', `/ota/v1/plans/${planId}/summary`);
  if (json.devices.total !== count) wrong.push(`The plan has ${json.devices.total} devices.`);
  return { tried: count, lost: 0, wrong, seen };
}

/** One exchange on a socket of its own: says what it has to, and is done when it heard what it waits for. */
function exchange(port: number, say: readonly (string | Buffer)[], heardAll: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    const end = (is: boolean) => {
      if (timer) clearTimeout(timer);
      socket.destroy();
      resolve(is);
    };
    let timer: NodeJS.Timeout | null = null;
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => {
      timer = setTimeout(() => end(false), patienceMs);
      for (const part of say) socket.write(part);
    });
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (heardAll.test(heard)) end(true);
    });
  });
}

export const reconnects: Fault = {
  of: 'devices',
  looksAt: ['I2'],
  name: '10,000 devices reconnect within a second',
  run: (center) =>
    reconnected(center, (key) => {
      const where = `/device/v1/products/${productKey}/devices/${key}/plan`;
      const call = center.raw('GET', where, `Device ${secretOf(key)}`);
      return exchange(Number(new URL(center.url).port), [call], /^HTTP\/1\.1 200 [\s\S]*"pollAfter"/);
    }),
};

export const mqttReconnects: Fault = {
  of: 'devices',
  looksAt: ['I2'],
  name: 'MQTT: 10,000 devices reconnect within a second',
  async run(center) {
    await center.speakMqtt();
    return await reconnected(center, (key) => {
      const device = { productKey, deviceKey: key };
      const name = text(mqttName(device));
      const hello = packet(0x10, text('MQTT'), Buffer.from([4, 0xc2, 0, 60]), name, name, text(secretOf(key)));
      const listen = packet(0x82, Buffer.from([0, 1]), text(deviceTopic(device, 'plan')), Buffer.from([1]));
      const read = packet(0x32, text(deviceTopic(device, 'read')), Buffer.from([0, 2]));
      return exchange(center.mqttPort ?? 0, [hello, listen, read], /"pollAfter"/);
    });
  },
};

/** A packet of MQTT 3.1.1, of at most 127 bytes. */
function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const rest = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first, rest.length]), rest]);
}
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0, value.length]), Buffer.from(value)]);
}
