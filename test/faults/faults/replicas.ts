import { setTimeout as pause } from 'node:timers/promises';
import { noMosquitto, startMosquitto } from '@otaplan/developer-center/testing/mosquitto';
import { Client } from 'pg';
import { noNginx, startNginx } from '../balancer.ts';
import type { Center } from '../center.ts';
import { keysOf } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';
import { reportsOf } from '../load.ts';
import { MqttDevices } from '../mqtt-devices.ts';
import { givenUpMs, Replicas } from '../replicas.ts';

const devices = 400;
const senders = 24;

/** How devices speak: with replicas in turn, or with the broker that these share. */
interface Speech {
  /** The id of the plan that a device has; `null`: none, or nobody answered. */
  plan(key: string): Promise<string | null>;
  /** Tells one report until it is answered. */
  tell(key: string, report: object): Promise<void>;
}

function overHttp(replicas: Replicas): Speech {
  return {
    async plan(key) {
      const { json } = await replicas.ask((center) => center.device(key, 'GET', 'plan'));
      return json?.plan?.id ?? null;
    },
    async tell(key, report) {
      const { status } = await replicas.ask((center) => center.device(key, 'POST', 'reports', { reports: [report] }));
      if (status !== 200) throw new Error(`${key} was answered with ${status}.`);
    },
  };
}

function overMqtt(devices: MqttDevices): Speech {
  return {
    plan: (key) => devices.plan(key).catch(() => null),
    async tell(key, report) {
      const begin = performance.now();
      for (;;) {
        const told = await devices.speak(key, report).catch((error: unknown) => error);
        if (!told) return;
        if (performance.now() - begin > givenUpMs) throw told;
        await pause(100);
      }
    },
  };
}

/** Rounds of a plan that is pushed to all devices, who go all their way; until somebody says stop. */
class Rounds {
  readonly #replicas: Replicas;
  readonly #speech: Speech;
  readonly #keys: readonly string[];
  done = 0;
  lost = 0;
  /** The longest that a device waited for its plan after the activation was answered, in milliseconds. */
  longestPush = 0;

  constructor(replicas: Replicas, speech: Speech, keys: readonly string[]) {
    this.#replicas = replicas;
    this.#speech = speech;
    this.#keys = keys;
  }

  async run(goesOn: () => boolean): Promise<void> {
    for (let version = 2; goesOn(); version++) {
      const planId = await this.#replicas.activate(`${version}.0.0`);
      const activated = performance.now();
      let next = 0;
      const send = async () => {
        for (let key = this.#keys[next++]; key !== undefined; key = this.#keys[next++]) {
          await this.#device(key, planId, version, activated);
        }
      };
      await Promise.all(Array.from({ length: senders }, send));
      const { json } = await this.#replicas.ask((center) => center.call('GET', `/ota/v1/plans/${planId}/summary`));
      // Every step of every device was acknowledged.
      this.lost += this.#keys.length - json.devices.upgraded;
      await this.#replicas.terminate(planId);
      this.done++;
    }
  }

  async #device(key: string, planId: string, version: number, activated: number): Promise<void> {
    for (;;) {
      const had = await this.#speech.plan(key);
      const waited = performance.now() - activated;
      if (had === planId) break;
      this.longestPush = Math.max(this.longestPush, waited);
      if (waited > 120_000) throw new Error(`${key} got no plan in two minutes.`);
      await pause(100);
    }
    // The plan was pushed: the device need not ask.
    const [, ...reports] = reportsOf(key, planId, `${version - 1}.0.0`, `${version}.0.0`);
    for (const report of reports) await this.#speech.tell(key, report);
  }
}

/** Devices to which a plan was issued more than once, by the log. */
async function pushedTwice(database: string): Promise<number> {
  const client = new Client({ connectionString: database });
  await client.connect();
  const sql = `SELECT count(*)::int AS n FROM (SELECT 1 FROM log WHERE text LIKE 'Plan issued%' GROUP BY plan_row, row
    HAVING count(*) > 1) AS twice`;
  const { rows } = await client.query<{ n: number }>(sql).finally(() => client.end());
  return rows[0]?.n ?? 0;
}

/** Does something to replicas while plans are pushed and devices report, and looks at what came of it. */
async function underLoad(
  first: Center,
  speechWith: (replicas: Replicas) => Speech | Promise<Speech>,
  disturb: (replicas: Replicas) => Promise<number>,
): Promise<Outcome> {
  const keys = keysOf(devices);
  await first.register(keys);
  for (const key of keys) await first.versions(key, '1.0.0');
  const replicas = new Replicas(first, 3);
  const wrong: string[] = [];
  await replicas.start();
  try {
    const rounds = new Rounds(replicas, await speechWith(replicas), keys);
    let disturbing = true;
    const load = rounds.run(() => disturbing);
    const disturbed = disturb(replicas).finally(() => {
      disturbing = false;
    });
    // Both come to their end, also when one of them fails: no process is left behind.
    await Promise.allSettled([disturbed, load]);
    const [tried] = await Promise.all([disturbed, load]);
    const twice = await pushedTwice(first.database ?? '');
    if (twice > 0) wrong.push(`Plans were pushed twice to ${twice} devices.`);
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const seen =
      `${rounds.done} plans carried out by ${devices} devices; longest until a call was answered ${seconds(replicas.longest)}, ` +
      `until a device had its plan ${seconds(rounds.longestPush)}`;
    for (const replica of replicas.all) wrong.push(...replica.leaks());
    return { tried, lost: rounds.lost, wrong, seen };
  } finally {
    await replicas.end();
  }
}

const killSome =
  (kills: number) =>
  async ({ all }: Replicas) => {
    for (let kill = 0; kill < kills; kill++) {
      await pause(50 + Math.random() * 400);
      const victim = all[Math.floor(Math.random() * all.length)];
      await victim?.stop('SIGKILL');
      await victim?.start();
    }
    return kills;
  };

export const killReplicas: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I3'],
  name: 'kill -9 of one of three replicas under load, at random moments',
  postgresOnly: true,
  run: (center, { kills }) => underLoad(center, overHttp, killSome(kills)),
};

export const killBehindNginx: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I3'],
  name: 'kill -9 of one of three replicas under load, behind nginx as it is deployed',
  postgresOnly: true,
  skip: () => noNginx,
  async run(center, { kills }) {
    let stop = async () => {};
    const behindNginx = async (replicas: Replicas) => {
      const nginx = await startNginx(replicas.all.map(({ url }) => url));
      stop = nginx.stop;
      replicas.askAt(nginx.url);
      return overHttp(replicas);
    };
    try {
      return await underLoad(center, behindNginx, killSome(Math.ceil(kills / 5)));
    } finally {
      await stop();
    }
  },
};

export const killReplicasOnBroker: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2', 'I3'],
  name: 'kill -9 of one of three replicas under load over MQTT, which share a broker',
  postgresOnly: true,
  skip: () => noMosquitto,
  async run(center, { kills }) {
    const broker = await startMosquitto(null);
    const speaking = new MqttDevices(() => broker.url);
    try {
      await center.speakAt(broker);
      return await underLoad(center, () => overMqtt(speaking), killSome(Math.ceil(kills / 5)));
    } finally {
      await speaking.close();
      await broker.stop();
    }
  },
};

export const stoppedReplica: Fault = {
  of: 'server',
  looksAt: ['I1', 'I2'],
  name: 'SIGSTOP of each of three replicas, for longer than a lease',
  postgresOnly: true,
  skip: () => (process.platform === 'win32' ? 'Windows has no SIGSTOP' : null),
  run: (center, { pause: seconds }) =>
    underLoad(center, overHttp, async ({ all }) => {
      for (const victim of all) {
        await pause(500 + Math.random() * 500);
        victim.process?.kill('SIGSTOP');
        await pause(Math.max(seconds, 20) * 1000);
        victim.process?.kill('SIGCONT');
      }
      return all.length;
    }),
};
