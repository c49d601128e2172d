import { setTimeout as pause } from 'node:timers/promises';
import type { Center } from '../center.ts';
import { keysOf } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';
import { Load, overHttp, type Speak } from '../load.ts';
import { MqttDevices } from '../mqtt-devices.ts';

const devices = 600;

/** Kills the server again and again while devices report, and looks each time whether all is there that was acknowledged. */
async function killed(center: Center, speak: Speak, kills: number): Promise<Outcome> {
  const keys = keysOf(devices);
  await center.register(keys);
  const load = new Load(center, keys, speak);
  for (let kill = 0; kill < kills; kill++) {
    await load.prepare();
    const sending = load.run();
    await pause(20 + Math.random() * 250);
    await center.stop('SIGKILL');
    load.stop();
    await sending;
    await center.start();
    await load.look();
  }
  const seen = `${devices} devices, ${load.rounds} plans carried out by all of them`;
  return { tried: kills, lost: load.lost, wrong: load.wrong.slice(0, 5), seen };
}

export const killUnderLoad: Fault = {
  of: 'server',
  looksAt: ['I1', 'I3'],
  name: 'kill -9 under load, at random moments',
  run: (center, { kills }) => killed(center, overHttp(center), kills),
};

export const killUnderMqttLoad: Fault = {
  of: 'server',
  looksAt: ['I1', 'I3'],
  name: 'kill -9 under load over MQTT, with the broker of our own',
  async run(center, { kills }) {
    await center.speakMqtt();
    const speaking = new MqttDevices(() => `mqtt://127.0.0.1:${center.mqttPort}`);
    try {
      return await killed(center, speaking.speak, Math.ceil(kills / 5));
    } finally {
      await speaking.close();
    }
  },
};
