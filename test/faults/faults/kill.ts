import { setTimeout as pause } from 'node:timers/promises';
import { type Center, keysOf, way } from '../center.ts';
import type { Fault } from '../fault.ts';

const devices = 3000;
const senders = 24;

/** What a device had acknowledged: how many steps of its way. */
interface Progress {
  readonly planId: string;
  readonly steps: number;
}

/** Reports of many devices at once, as far as each was acknowledged; goes on where it was after a restart. */
class Load {
  readonly #center: Center;
  readonly #keys: readonly string[];
  readonly acknowledged = new Map<string, Progress>();
  readonly touched = new Set<string>();
  readonly wrong: string[] = [];
  #planId = '';
  #version = 1;
  #next = 0;
  #running = false;

  constructor(center: Center, keys: readonly string[]) {
    this.#center = center;
    this.#keys = keys;
  }

  get planId(): string {
    return this.#planId;
  }

  /** Begins a further plan when all devices are done with the last. */
  async prepare(): Promise<void> {
    if (this.#planId !== '' && this.#next < this.#keys.length) return;
    this.#version++;
    this.#planId = await this.#center.activate(`${this.#version}.0.0`);
    this.#next = 0;
    this.acknowledged.clear();
  }

  /** Sends until the server dies. */
  async run(): Promise<void> {
    this.#running = true;
    await Promise.all(Array.from({ length: senders }, () => this.#send()));
  }

  stop(): void {
    this.#running = false;
  }

  async #send(): Promise<void> {
    while (this.#running && this.#next < this.#keys.length) {
      const key = this.#keys[this.#next++] ?? '';
      try {
        await this.#device(key);
      } catch {
        // The server died under it. The device begins again later, where its acknowledged steps end.
        return;
      }
    }
  }

  async #device(key: string): Promise<void> {
    const planId = this.#planId;
    const acknowledge = (steps: number) => {
      this.acknowledged.set(key, { planId, steps });
      this.touched.add(key);
    };
    await this.#center.request(key, `${this.#version - 1}.0.0`);
    for (const [index, status] of way.entries()) {
      const { status: code } = await this.#center.report(key, planId, status);
      if (code === 200) acknowledge(index + 1);
    }
    const done = await this.#center.versions(key, `${this.#version}.0.0`);
    if (done.status === 200) acknowledge(way.length + 1);
  }

  /** Compares what was acknowledged since the last look with what is there. @returns how much is not */
  async lost(): Promise<number> {
    let lost = 0;
    for (const key of this.touched) {
      const known = this.acknowledged.get(key);
      if (!known) continue;
      const [status = ''] = await this.#center.statuses(known.planId, key);
      const is = status === 'upgradeSucceeded' ? way.length + 1 : way.indexOf(status) + 1;
      if (is < known.steps) {
        lost++;
        this.wrong.push(`${key} had acknowledged ${known.steps} steps and stands at ${status}.`);
      }
    }
    this.touched.clear();
    return lost;
  }
}

export const killUnderLoad: Fault = {
  name: 'kill -9 under load, at random moments',
  async run(center, { kills }) {
    const keys = keysOf(devices);
    await center.register(keys);
    const load = new Load(center, keys);
    let lost = 0;
    for (let kill = 0; kill < kills; kill++) {
      await load.prepare();
      const sending = load.run();
      await pause(20 + Math.random() * 250);
      await center.stop('SIGKILL');
      load.stop();
      await sending;
      await center.start();
      lost += await load.lost();
    }
    return { tried: kills, lost, wrong: load.wrong.slice(0, 5) };
  },
};
