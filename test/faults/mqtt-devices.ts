import { type Clock, systemClock } from '@otaplan/developer-center';
import { MqttConnection } from '@otaplan/devices';
import { productKey, secretOf } from './documents.ts';
import type { Speak } from './load.ts';

/** Devices that speak MQTT by the reference client, each on a connection that is made again when it broke. */
export class MqttDevices {
  readonly #broker: () => string;
  readonly #clock: Clock;
  readonly #lines = new Map<string, MqttConnection>();

  /** @param broker where it listens now */
  constructor(broker: () => string, clock: Clock = systemClock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  readonly speak: Speak = async (key, report) => {
    await this.#on(key, (line) => line.sendReports([report]));
    if ('kind' in report && report.kind === 'versions') await this.leave(key);
  };

  /** The id of the plan that a device is told of; `null`: none. */
  async plan(key: string): Promise<string | null> {
    const { message } = await this.#on(key, (line) => line.readPlan(null, 0));
    return message?.plan?.id ?? null;
  }

  /** Ends the connection of a device that is done. */
  async leave(key: string): Promise<void> {
    const line = this.#lines.get(key);
    this.#lines.delete(key);
    await line?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.keys()].map((key) => this.leave(key)));
  }

  async #on<T>(key: string, exchange: (line: MqttConnection) => Promise<T>): Promise<T> {
    const identity = { productKey, deviceKey: key, secret: secretOf(key) };
    const line = this.#lines.get(key) ?? new MqttConnection(this.#broker(), identity, this.#clock);
    this.#lines.set(key, line);
    try {
      return await exchange(line);
    } catch (error) {
      await this.leave(key);
      throw error;
    }
  }
}
