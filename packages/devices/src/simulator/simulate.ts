import type { Clock, RandomBytes } from '@otaplan/model';
import pLimit from 'p-limit';
import { checkProfile, Draws, deviceKeys, type ProfileInput, tempers } from '../profile/index.ts';
import { type BackoffBounds, usualBackoff } from '../protocol/backoff.ts';
import { type DeviceLine, HttpConnection } from '../protocol/connection.ts';
import { MqttConnection } from '../protocol/mqtt-connection.ts';
import { Outbox } from '../protocol/outbox.ts';
import { Device } from './device.ts';
import { openSockets } from './dispatchers.ts';
import { IdleWatch } from './idle.ts';
import { LongPolls } from './long-polls.ts';
import type { Installed } from './memory.ts';
import { type Registrar, register } from './registration.ts';
import { Schedule } from './schedule.ts';
import { type Activity, Tally, type Traffic, type WaitingFor } from './tally.ts';
import type { World } from './world.ts';

export interface SimulationOptions {
  readonly serverUrl: string;
  /** `mqtt(s)://host[:port]`: devices speak MQTT with this broker, and HTTP for package files only. Left out: HTTP. */
  readonly mqttUrl?: string;
  /** Makes product and devices known, with the client that the caller has. */
  readonly registrar: Registrar;
  readonly productKey: string;
  /** Left out: the product key. */
  readonly productName?: string;
  /** The device keys, or how many to make up (IMEI-like, from the seed). */
  readonly devices: readonly string[] | number;
  /** What every device runs at the start. */
  readonly components: readonly { type: 'module' | 'mcu'; identifier: string; version: string }[];
  /** The same seed, keys and profile: the same rollout. */
  readonly seed: string;
  /** Seconds of a device in one second of the clock; 1 when left out. */
  readonly speed?: number;
  readonly faults?: ProfileInput;
  /** Must keep the process alive while it has something to call. */
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Ends the simulation as `stop` does. */
  readonly signal?: AbortSignal;
  /** Hears at most once a second while something changes. */
  readonly onProgress?: (progress: Progress) => void;
  /** Downloads at a time; 64 when left out. */
  readonly downloads?: number;
  /**
   * Plan reads held at a time, over HTTP; 10,000 when left out. In a larger fleet devices without a plan read again after
   * `pollAfter` instead.
   */
  readonly longPolls?: number;
  /** How long a plan read may be held, seconds; 50 when left out, and 240 over MQTT. */
  readonly pollSeconds?: number;
  /** Pauses after a failed exchange; they are not sped up, for the server's sake. */
  readonly backoff?: BackoffBounds;
  /** When to call it idle, milliseconds of the clock: see `docs/simulator.md`. */
  readonly settle?: number;
  readonly patience?: number;
}

export interface Progress {
  readonly devices: number;
  readonly online: number;
  readonly activities: Readonly<Record<Activity, number>>;
  readonly waitingFor: Readonly<Record<WaitingFor, number>>;
  readonly traffic: Readonly<Traffic>;
}

export interface Summary extends Progress {
  /** `idle`: no work was left. `stopped`: somebody ended it. */
  readonly ended: 'idle' | 'stopped';
  readonly milliseconds: number;
  /** Devices by what they run at the end, such as `FOTA=2.4.0`. */
  readonly versions: Readonly<Record<string, number>>;
}

export interface Simulation {
  readonly deviceKeys: readonly string[];
  /** Every device that should be online is; how many. Rejects when registration fails; with stop, the number so far. */
  readonly ready: Promise<number>;
  /** No work is left, or it was stopped. Rejects when registration fails. The devices stay online until `stop`. */
  readonly idle: Promise<Summary>;
  /** Ends everything; sockets are closed when it resolves. */
  stop(): Promise<void>;
}

/**
 * Registers devices and runs them against a Developer Center, over real HTTP or MQTT.
 * @throws {ProfileInvalid} at once, when the fault profile is not one
 */
export function simulate(options: SimulationOptions): Simulation {
  const { clock, seed, productKey, signal } = options;
  const profile = checkProfile(options.faults ?? {});
  const keys = typeof options.devices === 'number' ? deviceKeys(seed, options.devices) : options.devices;
  const started = clock.now();
  const sockets = openSockets(options.serverUrl, options.downloads ?? 64);
  const schedule = new Schedule(clock, options.speed ?? 1);
  const ready = Promise.withResolvers<number>();
  const idle = Promise.withResolvers<Summary>();
  const memories: Installed[][] = [];
  const lines: DeviceLine[] = [];
  let online = 0;
  let progressDue: (() => void) | null = null;

  const tally = new Tally(keys.length, () => {
    watch.changed();
    if (options.onProgress && progressDue === null && !schedule.stopped) {
      progressDue = clock.after(1000, () => {
        progressDue = null;
        options.onProgress?.(progress());
      });
    }
    if (online + tally.counts.offline + tally.counts.refused >= keys.length) ready.resolve(online);
  });
  const times = { settle: options.settle ?? 15_000, patience: options.patience ?? 60_000 };
  const watch = new IdleWatch(
    clock,
    times,
    () => tally,
    () => idle.resolve(summary('idle')),
  );

  const progress = (): Progress => ({
    devices: keys.length,
    online,
    activities: { ...tally.counts },
    waitingFor: { ...tally.waitingFor },
    traffic: { ...tally.traffic },
  });
  const summary = (ended: Summary['ended']): Summary => {
    const versions: Record<string, number> = {};
    for (const { identifier, version } of memories.flat()) {
      versions[`${identifier}=${version}`] = (versions[`${identifier}=${version}`] ?? 0) + 1;
    }
    return { ended, milliseconds: clock.now() - started, versions, ...progress() };
  };

  const run = async () => {
    const product = { productKey, name: options.productName ?? productKey };
    const secrets = await register(options.registrar, product, keys, options.random);
    if (schedule.stopped) return;
    const temperOf = tempers(profile);
    const world: World = {
      profile,
      schedule,
      tally,
      downloadTurn: pLimit(options.downloads ?? 64),
      files: sockets.files,
      // Over MQTT nothing is held: the one connection of a device is there anyway.
      longPolls: new LongPolls(
        options.mqttUrl === undefined ? (options.longPolls ?? 10_000) : keys.length,
        keys.length,
      ),
      pollSeconds: options.pollSeconds ?? (options.mqttUrl === undefined ? 50 : 240),
      backoff: options.backoff ?? usualBackoff,
    };
    // Ids of reports must never come twice, also not in the next simulation of the same devices.
    const session = Buffer.from(options.random(8)).toString('hex');
    const running = keys.map((deviceKey, index) => {
      const draws = new Draws(seed, deviceKey);
      const temper = temperOf(deviceKey, draws);
      const installed = options.components.map((component) => ({
        ...component,
        version: temper.find('wrongBase', component.identifier)?.version ?? component.version,
      }));
      memories.push(installed);
      const identity = { productKey, deviceKey, secret: secrets[index] ?? '' };
      const line =
        options.mqttUrl === undefined
          ? new HttpConnection(options.serverUrl, identity, sockets.dispatchersFor(index), () => clock.now())
          : new MqttConnection(options.mqttUrl, identity, clock);
      lines.push(line);
      const memory = { installed, outbox: new Outbox(session), work: null };
      return new Device(world, line, memory, draws, temper, () => void online++).run();
    });
    watch.changed();
    await Promise.all(running);
  };

  const stop = async () => {
    if (schedule.stopped) return;
    schedule.stop();
    watch.stop();
    progressDue?.();
    signal?.removeEventListener('abort', abort);
    await Promise.all([sockets.close(), ...lines.map((line) => line.close())]);
    ready.resolve(online);
    idle.resolve(summary('stopped'));
  };
  const fail = async (reason: unknown) => {
    ready.reject(reason);
    idle.reject(reason);
    await stop();
  };
  const abort = () => void stop().catch(fail);
  // Whoever awaits only one of the two must not be ended by the other's rejection.
  ready.promise.catch(() => {});
  idle.promise.catch(() => {});
  if (signal?.aborted) abort();
  else {
    signal?.addEventListener('abort', abort);
    run().catch(fail);
  }
  return { deviceKeys: keys, ready: ready.promise, idle: idle.promise, stop };
}
