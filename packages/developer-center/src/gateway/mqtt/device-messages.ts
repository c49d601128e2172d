import { createHash } from 'node:crypto';
import { deviceTopic, mqttName, readDeviceTopic, sendReports, type ToDevice } from '@otaplan/api';
import type { Center, DeviceIdentity } from '../../center/center.ts';
import { Turns } from '../../center/parts.ts';
import { ProblemError } from '../../center/problem-error.ts';
import type { Clock } from '../../clock.ts';
import { bodyLimit } from '../../http/body-limits.ts';
import type { Log } from '../../http/log.ts';
import type { Metrics } from '../../http/metrics.ts';
import { asProblem, problemDocument } from '../../http/problem-reply.ts';
import type { Rates } from '../../http/rates.ts';
import { parseCall, parseJson } from '../../http/requests.ts';
import { parseReport } from '../reports.ts';

/** A device that was not heard of for this long is told nothing of its own accord; devices read their plan more often than that. */
const forgetMs = 15 * 60_000;
/** After its own reports a device reads its plan. What changed is told unasked only when it does not. */
const ownChangeMs = 1000;
/** Plan messages that are read and sent at a time when a plan's change concerns many devices. */
const pushesAtOnce = 32;

/** Hands a message to the broker. It may be lost: the device asks again. */
export type Publish = (topic: string, payload: string) => void;

export interface MessageParts {
  readonly center: Center;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How many messages a device may send. */
  readonly rates: Rates;
  readonly nameRequest: () => string;
}

/** A message that could not be kept now: it must not be acknowledged, and comes again. */
export class NotKept extends Error {
  override readonly name = 'NotKept';
}

interface Listener {
  readonly device: DeviceIdentity;
  /** One message after the other, so that what a device is told never goes back. */
  readonly turns: Turns;
  heardAt: number;
  /** Of the plan message that it was told last. */
  told: string | null;
  /** Reports of its own that are being kept. */
  reporting: number;
}

/**
 * The device protocol over MQTT, whichever broker carries it: the same calls, checks and answers as over HTTP, and in place of the
 * long poll the plan message whenever it changes.
 */
export class DeviceMessages {
  readonly #parts: MessageParts;
  readonly #publish: Publish;
  readonly #listeners = new Map<string, Listener>();
  readonly #changed = new Set<Listener>();
  #pushing = 0;
  readonly #unsubscribe: () => void;
  #stopSweep = () => {};
  #closed = false;

  constructor(parts: MessageParts, publish: Publish) {
    this.#parts = parts;
    this.#publish = publish;
    this.#unsubscribe = parts.center.changes.subscribe((change) => {
      if (change.kind === 'messages') this.#hear(change.productKey, change.deviceKeys);
    });
    this.#sweep();
  }

  /** Devices that are told of changes. */
  get listening(): number {
    return this.#listeners.size;
  }

  /**
   * Takes one message. When it resolves, what the message says is kept for good or was refused for good.
   * @throws {NotKept} the store cannot keep it now
   */
  async take(topic: string, payload: Uint8Array): Promise<void> {
    const read = readDeviceTopic(topic);
    if (read === null) return;
    const listener = this.#listener(read.device);
    await listener.turns.take(async () => {
      const begin = this.#parts.clock.now();
      const status = await this.#answer(listener, read.what, payload);
      const endpoint = read.what === 'reports' ? 'sendReports' : 'readDevicePlan';
      this.#parts.metrics.answered(`${endpoint} MQTT`, status, this.#parts.clock.now() - begin);
      if (status >= 500) throw new NotKept(`Developer Center answered ${status}.`);
    });
  }

  /** Its connection ended. */
  async left(device: DeviceIdentity): Promise<void> {
    this.#listeners.delete(mqttName(device));
    await this.#parts.center.deviceLeft(device);
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#stopSweep();
    this.#changed.clear();
  }

  /** @returns the status that the answer has over HTTP */
  async #answer(listener: Listener, what: 'reports' | 'read' | 'left', payload: Uint8Array): Promise<number> {
    const { device } = listener;
    const { center, rates } = this.#parts;
    try {
      if (this.#closed) throw new ProblemError('unavailable', 'Developer Center is stopping.');
      if (what === 'left') {
        await this.left(device);
        return 200;
      }
      const wait = rates.take(`device:${mqttName(device)}`);
      if (wait > 0) {
        this.#refuse(listener, new ProblemError('too-many-requests', `Come again in ${wait} s.`), wait);
        return 429;
      }
      if (what === 'reports') {
        const reports = readReports(device, payload);
        listener.reporting++;
        try {
          this.#tell(device, 'results', JSON.stringify(await center.deviceReports(device, reports)));
        } finally {
          listener.reporting--;
        }
      } else {
        await center.deviceSeen(device);
        await this.#tellPlan(listener, true);
      }
      return 200;
    } catch (error) {
      const problem = asProblem(error);
      return this.#refuse(listener, problem, problem.problem === 'unavailable' ? 1 : null, error);
    }
  }

  #refuse({ device }: Listener, problem: ProblemError, retryAfter: number | null, cause?: unknown): number {
    const { nameRequest, log } = this.#parts;
    const document = problemDocument(problem, nameRequest());
    if (document.status >= 500)
      log.error({ request: document.instance, who: `device:${mqttName(device)}`, err: cause }, 'A message failed.');
    this.#tell(device, 'problem', JSON.stringify({ ...document, ...(retryAfter === null ? {} : { retryAfter }) }));
    return document.status;
  }

  /** @param asked told also when it is what was told before */
  async #tellPlan(listener: Listener, asked: boolean): Promise<void> {
    const message = JSON.stringify(await this.#parts.center.planMessage(listener.device));
    const tag = createHash('sha256').update(message).digest('base64url');
    if (!asked && tag === listener.told) return;
    listener.told = tag;
    this.#tell(listener.device, 'plan', message);
  }

  #tell(device: DeviceIdentity, what: ToDevice, payload: string): void {
    this.#publish(deviceTopic(device, what), payload);
  }

  #listener(device: DeviceIdentity): Listener {
    const name = mqttName(device);
    const heardAt = this.#parts.clock.now();
    const known = this.#listeners.get(name);
    if (known) known.heardAt = heardAt;
    const listener = known ?? { device, turns: new Turns(), heardAt, told: null, reporting: 0 };
    if (!known) this.#listeners.set(name, listener);
    return listener;
  }

  #hear(productKey: string, deviceKeys: readonly string[] | 'all'): void {
    if (deviceKeys === 'all') {
      for (const listener of this.#listeners.values())
        if (listener.device.productKey === productKey) this.#changed.add(listener);
    } else
      for (const deviceKey of deviceKeys) {
        const listener = this.#listeners.get(mqttName({ productKey, deviceKey }));
        if (!listener) continue;
        if (listener.reporting === 0) this.#changed.add(listener);
        else this.#parts.clock.after(ownChangeMs, () => this.#push([listener]));
      }
    this.#push([]);
  }

  #push(more: readonly Listener[]): void {
    for (const listener of more) this.#changed.add(listener);
    while (this.#pushing < pushesAtOnce && this.#changed.size > 0 && !this.#closed) {
      const [next] = this.#changed;
      if (!next) return;
      this.#changed.delete(next);
      // A device that never asked for its plan is not told of it: nothing is known of what it takes.
      if (next.told === null) continue;
      this.#pushing++;
      next.turns
        .take(() => this.#tellPlan(next, false))
        // It asks again within minutes.
        .catch((error: unknown) => this.#parts.log.warn({ err: error }, 'A device could not be told of its plan.'))
        .finally(() => {
          this.#pushing--;
          this.#push([]);
        });
    }
  }

  #sweep(): void {
    const before = this.#parts.clock.now() - forgetMs;
    for (const [name, { heardAt }] of this.#listeners) if (heardAt < before) this.#listeners.delete(name);
    this.#stopSweep = this.#parts.clock.after(forgetMs, () => this.#sweep());
  }
}

/** Parsed as the call over HTTP is. @throws ProblemError `too-large`, `invalid-request` */
function readReports(device: DeviceIdentity, payload: Uint8Array) {
  const most = bodyLimit(sendReports);
  if (payload.length > most) throw new ProblemError('too-large', `The message is larger than ${most / 1024} kB.`);
  const body = parseJson(Buffer.from(payload), 'application/json');
  const parsed = parseCall(sendReports, { params: { ...device }, query: {}, body });
  // Parsed by this endpoint's own schema just above.
  return (parsed.body as { reports: unknown[] }).reports.map(parseReport);
}
