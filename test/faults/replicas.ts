/** Several Developer Centers on one database, asked one after the other: what a load balancer does, and a client that repeats. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Center } from './center.ts';
import { planTo, sha256 } from './documents.ts';

/** How long a call is repeated. */
export const givenUpMs = 60_000;
/** How long one replica may take for one call; one that did not answer is left out for a while, as a balancer does. */
const patienceMs = 3000;
const leftOutMs = 2000;

export class Replicas {
  readonly all: readonly Center[];
  /** The longest that any call took until somebody answered it, in milliseconds. */
  longest = 0;
  /** Who is asked: they themselves in turn, or the balancer before them. */
  #asked: readonly Center[];
  readonly #backAt = new Map<Center, number>();
  #next = 0;

  /** @param first started; the others share its folder and database */
  constructor(first: Center, count: number) {
    const others = Array.from({ length: count - 1 }, () => first.another());
    this.all = [first, ...others];
    for (const center of this.all) center.patience = patienceMs;
    this.#asked = this.all;
  }

  /** From now on all calls go to this address. */
  askAt(url: string): void {
    const [first] = this.all;
    if (first === undefined) return;
    const door = first.another();
    Object.assign(door, { url, accessKey: first.accessKey, patience: null });
    this.#asked = [door];
  }

  async start(): Promise<void> {
    await Promise.all(this.all.slice(1).map((center) => center.start()));
  }

  /** Ends all but the first. */
  async end(): Promise<void> {
    await Promise.all(this.all.slice(1).map((center) => center.end()));
  }

  /** Asks the next replica, and the one after it when that does not answer or cannot. */
  async ask(call: (center: Center) => Promise<Answer>): Promise<Answer> {
    const begin = performance.now();
    for (;;) {
      const center = this.#turn();
      const answer = center ? await call(center).catch(() => null) : null;
      if (center && answer === null) this.#backAt.set(center, performance.now() + leftOutMs);
      const took = performance.now() - begin;
      if (answer && answer.status < 500 && !String(answer.json?.type).endsWith('key-in-progress')) {
        this.longest = Math.max(this.longest, took);
        return answer;
      }
      if (took > givenUpMs) throw new Error(`Nobody answered for ${Math.round(took / 1000)} s: ${answer?.status}.`);
      await pause(20);
    }
  }

  /** The next one that is not left out; when all are, the next. */
  #turn(): Center | undefined {
    const now = performance.now();
    for (let tries = 0; tries < this.#asked.length; tries++) {
      const center = this.#asked[this.#next++ % this.#asked.length];
      if (center && (this.#backAt.get(center) ?? 0) <= now) return center;
    }
    return this.#asked[this.#next++ % this.#asked.length];
  }

  /** A pushed plan to a version for all devices, with its package; each request is sent again, with its key, until it is answered. */
  async activate(version: string): Promise<string> {
    const bytes = randomBytes(1024);
    const files = [{ name: 'fw.bin', size: bytes.length, sha256: sha256(bytes) }];
    const about = { name: `FOTA ${version}`, type: 'module', version, sourceVersion: null, files };
    const { id } = await this.#once('POST', '/ota/v1/packages', about);
    await this.#once('PUT', `/ota/v1/packages/${id}/files/fw.bin`, bytes, 'application/octet-stream');
    const { plan } = await this.#once('POST', '/ota/v1/plans', { document: planTo(version, 0, 'any') });
    await this.#once('POST', `/ota/v1/plans/${plan.id}/activate`, {});
    return plan.id;
  }

  /** Ends a plan whose devices are done. */
  async terminate(planId: string): Promise<void> {
    await this.#once('POST', `/ota/v1/plans/${planId}/terminate`, {});
  }

  async #once(method: string, where: string, body: unknown, type?: string) {
    const headers = { 'Idempotency-Key': randomBytes(8).toString('hex'), ...(type ? { 'Content-Type': type } : {}) };
    const answer = await this.ask((center) => center.call(method, where, body, headers));
    if (answer.status >= 300) throw new Error(`${where}: ${JSON.stringify(answer.json)}`);
    return answer.json;
  }
}
