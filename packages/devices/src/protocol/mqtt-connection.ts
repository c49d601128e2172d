import { createHash } from 'node:crypto';
import {
  deviceTopic,
  type MqttAddress,
  MqttProblem,
  mostMqttBytes,
  mqttName,
  PlanMessage,
  ReportsReply,
  readMqttAddress,
  type ToDevice,
  toDevice,
} from '@otaplan/api';
import type { Clock } from '@otaplan/model';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { DeviceIdentity, DeviceLine, PlanReading, Reply } from './connection.ts';
import { ExchangeFailure, failureOf, parseReply } from './failure.ts';

/** An answer that has not come by then is lost; the same again is harmless. */
const answerMs = 30_000;
/** Seconds between signs of life. */
const keepalive = 120;
/** A broker that does not let us in: MQTT 3.1.1 (wrong secret, not authorized), and the same in MQTT 5. */
const refusals: readonly (number | undefined)[] = [4, 5, 134, 135];

/** Who waits for a message. One exchange is under way at a time. */
interface Waiter {
  /** Takes a message, or leaves it (`false`) because it is not the one that is waited for. */
  take(what: ToDevice, text: string): boolean;
  fail(failure: ExchangeFailure): void;
}

/**
 * The device's side of the device protocol over MQTT 3.1.1. Publish and wait for the answer at a topic of one's own makes an exchange,
 * so that what calls it need not know that it is not HTTP. The broker's acknowledgement ends nothing: only `results` say that
 * reports are kept.
 */
export class MqttConnection implements DeviceLine {
  readonly #address: MqttAddress;
  readonly #identity: DeviceIdentity;
  readonly #clock: Clock;
  #client: MqttClient | null = null;
  #waiter: Waiter | null = null;
  /** The plan message that came last; `null`: none, or it is older than our reports. */
  #latest: { readonly message: PlanMessage; readonly etag: string } | null = null;
  #closed = false;

  /** @param brokerUrl `mqtt(s)://host[:port]` */
  constructor(brokerUrl: string, identity: DeviceIdentity, clock: Clock) {
    const address = readMqttAddress(brokerUrl);
    if (address === null) throw new TypeError('Not the address of an MQTT broker.');
    this.#address = address;
    this.#identity = identity;
    this.#clock = clock;
  }

  /** As over HTTP: once this returns, the reports are kept for good, and when it throws, the very same are sent again. */
  async sendReports(reports: readonly unknown[]): Promise<Reply<typeof ReportsReply>> {
    const payload = JSON.stringify({ reports });
    // The broker would cut us off, again and again.
    if (Buffer.byteLength(payload) > mostMqttBytes)
      throw new ExchangeFailure('notUnderstood', 'The reports are larger than a message can be.');
    const client = await this.#connect();
    const text = await this.#exchange(client, 'reports', payload, 'results', (answer) => areFor(answer, reports));
    // What we knew of the plan was said before it was known what we report.
    this.#latest = null;
    return parseReply(ReportsReply, text);
  }

  /**
   * Reads the plan message. While it waits, Developer Center sends the message by itself when it changes; then it asks, because what
   * was sent may have been lost, and because asking is what keeps a device online.
   */
  async readPlan(etag: string | null, waitSeconds: number): Promise<PlanReading> {
    const client = await this.#connect();
    if (waitSeconds > 0 && etag !== null && this.#latest !== null) {
      if (this.#latest.etag === etag) await this.#waitForChange(etag, waitSeconds);
      const { message, etag: tag } = this.#latest;
      if (tag !== etag) return { message, etag: tag };
    }
    await this.#exchange(client, 'read', '', 'plan', () => true);
    if (this.#latest === null) throw new ExchangeFailure('garbage', 'The plan message is none.');
    const { message, etag: tag } = this.#latest;
    return { message: tag === etag ? null : message, etag: tag };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.endAsync(true);
  }

  /** Publishes and waits for the answer, or the problem in its place. */
  async #exchange(
    client: MqttClient,
    what: 'reports' | 'read',
    payload: string,
    answer: ToDevice,
    isAnswer: (text: string) => boolean,
  ): Promise<string> {
    const answered = this.#wait<string>(answerMs, (settle, fail) => ({
      take: (topic, text) => {
        if (topic === 'problem') fail(readProblem(text));
        else if (topic !== answer || !isAnswer(text)) return false;
        else settle(text);
        return true;
      },
      fail,
    }));
    client.publish(deviceTopic(this.#identity, what), payload, { qos: 1 }, (error) => {
      if (error) this.#lost(client, error.message);
    });
    const text = await answered;
    if (text === null) throw new ExchangeFailure('unreachable', 'No answer came in time.');
    return text;
  }

  async #waitForChange(etag: string, seconds: number): Promise<void> {
    await this.#wait<true>(seconds * 1000, (settle, fail) => ({
      take: (topic) => {
        if (topic !== 'plan' || this.#latest?.etag === etag) return false;
        settle(true);
        return true;
      },
      fail,
    }));
  }

  /** @returns `null` when the time is over */
  #wait<T>(
    milliseconds: number,
    make: (settle: (value: T) => void, fail: (failure: ExchangeFailure) => void) => Waiter,
  ): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const end = () => {
        stop();
        this.#waiter = null;
      };
      const stop = this.#clock.after(milliseconds, () => {
        end();
        resolve(null);
      });
      this.#waiter = make(
        (value) => {
          end();
          resolve(value);
        },
        (failure) => {
          end();
          reject(failure);
        },
      );
    });
  }

  #hear(topic: string, text: string): void {
    const what = toDevice.find((known) => topic === deviceTopic(this.#identity, known));
    if (!what) return;
    if (what === 'plan') {
      try {
        this.#latest = {
          message: parseReply(PlanMessage, text),
          etag: createHash('sha256').update(text).digest('base64url'),
        };
      } catch (error) {
        if (error instanceof ExchangeFailure) this.#waiter?.fail(error);
        return;
      }
    }
    this.#waiter?.take(what, text);
  }

  /** The connection, made anew when it is gone. Whoever calls pauses between failures. */
  async #connect(): Promise<MqttClient> {
    if (this.#client?.connected) return this.#client;
    if (this.#closed) throw new ExchangeFailure('unreachable', 'The connection was closed.');
    const name = mqttName(this.#identity);
    try {
      const client = await connected({
        ...this.#address,
        protocolVersion: 4,
        clientId: name,
        username: name,
        password: this.#identity.secret,
        clean: true,
        keepalive,
        reconnectPeriod: 0,
        connectTimeout: answerMs,
        resubscribe: false,
        // Tells that we are gone when we cannot say it ourselves.
        will: { topic: deviceTopic(this.#identity, 'left'), payload: Buffer.alloc(0), qos: 0, retain: false },
      });
      this.#client = client;
      this.#latest = null;
      client.on('message', (topic, payload) => this.#hear(topic, payload.toString('utf8')));
      client.on('error', (error) => this.#lost(client, error.message));
      client.on('close', () => this.#lost(client, 'The connection ended.'));
      await client.subscribeAsync(
        toDevice.map((what) => deviceTopic(this.#identity, what)),
        { qos: 1 },
      );
      return client;
    } catch (error) {
      const code = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
      const message = error instanceof Error ? error.message : String(error);
      throw new ExchangeFailure(refusals.includes(code) ? 'refused' : 'unreachable', message);
    }
  }

  #lost(client: MqttClient, message: string): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end(true);
    this.#waiter?.fail(new ExchangeFailure('unreachable', message));
  }
}

/**
 * Connects once. Not `connectAsync`: that waits for ever when the broker hangs up before it said whether it lets us in, as one does
 * that is being killed.
 */
async function connected(settings: IClientOptions): Promise<MqttClient> {
  const client = mqtt.connect(settings);
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('error', reject);
      client.once('close', () => reject(new Error('The connection ended before the broker answered.')));
    });
    return client;
  } catch (error) {
    // Nobody listens any more to what it still has to say.
    client.on('error', () => {});
    client.end(true);
    throw error;
  }
}

/** Whether results are those of these reports and not of some that were sent before. */
function areFor(text: string, reports: readonly unknown[]): boolean {
  const { results } = parseReply(ReportsReply, text);
  return (
    results.length === reports.length && results.every(({ id }, index) => id === '' || id === idOf(reports[index]))
  );
}

function idOf(report: unknown): unknown {
  return typeof report === 'object' && report !== null && 'id' in report ? report.id : null;
}

function readProblem(text: string): ExchangeFailure {
  try {
    const { status, retryAfter } = parseReply(MqttProblem, text);
    return failureOf(status, retryAfter === undefined ? null : retryAfter * 1000);
  } catch (error) {
    return error instanceof ExchangeFailure ? error : new ExchangeFailure('garbage', 'The problem is none.');
  }
}
