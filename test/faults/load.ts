import type { Center } from './center.ts';
import { way } from './documents.ts';

const senders = 24;

/** Sends one report of a device. It resolves when Developer Center said that it is kept, and fails when it did not. */
export type Speak = (key: string, report: object) => Promise<void>;

/** Over HTTP. */
export function overHttp(center: Center): Speak {
  return async (key, report) => {
    const { status } = await center.device(key, 'POST', 'reports', { reports: [report] });
    if (status !== 200) throw new Error(`${key} was answered with ${status}.`);
  };
}

/** All that a device reports of an upgrade, in order, each with an id of its own. */
export function reportsOf(key: string, planId: string, from: string, to: string): object[] {
  const components = (version: string) => [{ identifier: 'FOTA', type: 'module', version }];
  const id = (what: string) => `${key}-${planId.slice(0, 12)}-${what}`;
  return [
    { id: id('request'), kind: 'request', components: components(from) },
    ...way.map((status) => ({ id: id(status), kind: 'status', planId, identifier: 'FOTA', attempt: 1, status })),
    { id: id('versions'), kind: 'versions', components: components(to) },
  ];
}

/**
 * Many devices that carry out one plan after the other and report every step. Each knows what was acknowledged; what was not, it
 * sends again with the same id once the server is back.
 */
export class Load {
  readonly #center: Center;
  readonly #keys: readonly string[];
  readonly #speak: Speak;
  readonly wrong: string[] = [];
  /** Acknowledged things that were not there. */
  lost = 0;
  /** Plans that all devices carried out. */
  rounds = 0;
  #planId = '';
  #version = 1;
  #waiting: string[] = [];
  /** By device: how many of its reports were acknowledged. */
  readonly #acknowledged = new Map<string, number>();
  readonly #touched = new Set<string>();
  #running = false;

  constructor(center: Center, keys: readonly string[], speak: Speak) {
    this.#center = center;
    this.#keys = keys;
    this.#speak = speak;
  }

  /** Begins a further plan when all devices are done with the last. */
  async prepare(): Promise<void> {
    if (this.#waiting.length > 0) return;
    if (this.#planId !== '') await this.end();
    this.#version++;
    this.#planId = await this.#center.activate(`${this.#version}.0.0`);
    this.#waiting = [...this.#keys];
    this.#acknowledged.clear();
  }

  /** Reports until the server does not answer any more, or until {@link stop}. */
  async run(): Promise<void> {
    this.#running = true;
    await Promise.all(Array.from({ length: senders }, () => this.#send()));
  }

  stop(): void {
    this.#running = false;
  }

  /** Compares what was acknowledged since the last look with what is there. */
  async look(): Promise<void> {
    for (const key of this.#touched) {
      const known = this.#acknowledged.get(key) ?? 0;
      const [status = ''] = await this.#center.statuses(this.#planId, key);
      // The first report asks, the others are a step each.
      const is = status === 'upgradeSucceeded' ? way.length + 2 : way.indexOf(status) + 2;
      if (is >= known || known < 2) continue;
      this.lost++;
      this.wrong.push(`${key} had ${known} reports acknowledged and stands at ${status}.`);
    }
    this.#touched.clear();
  }

  /** Whether all devices reported everything. */
  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** Ends the plan of which all devices are done. */
  async end(): Promise<void> {
    const { json } = await this.#center.call('GET', `/ota/v1/plans/${this.#planId}/summary`);
    const missing = this.#keys.length - json.devices.upgraded;
    if (!this.isDone) this.wrong.push(`${this.#waiting.length} devices did not come to an end.`);
    if (missing > 0) this.wrong.push(`${missing} devices that reported everything are not upgraded.`);
    this.lost += missing;
    this.rounds++;
    await this.#center.terminate(this.#planId);
  }

  async #send(): Promise<void> {
    for (let key = this.#waiting.shift(); key !== undefined; key = this.#waiting.shift()) {
      if (!(await this.#device(key))) {
        this.#waiting.unshift(key);
        return;
      }
    }
  }

  /** @returns whether it is done */
  async #device(key: string): Promise<boolean> {
    const reports = reportsOf(key, this.#planId, `${this.#version - 1}.0.0`, `${this.#version}.0.0`);
    for (let next = this.#acknowledged.get(key) ?? 0; next < reports.length; next++) {
      if (!this.#running) return false;
      try {
        await this.#speak(key, reports[next] ?? {});
      } catch {
        // The server died under it.
        return false;
      }
      this.#acknowledged.set(key, next + 1);
      this.#touched.add(key);
    }
    return true;
  }
}
