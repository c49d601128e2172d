import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { type Center, keysOf, way } from '../center.ts';
import type { Fault, Outcome } from '../fault.ts';
import { Replicas } from '../replicas.ts';

const devices = 400;
const senders = 24;
/** What a replica had taken is free after this long (`store/postgres/replica.ts`); and some time to do it, on a busy machine. */
const stuckMs = 15_000 + 5_000;

/** Rounds of a plan that is pushed to all devices, who go all their way; until somebody says stop. */
class Rounds {
  readonly #replicas: Replicas;
  readonly #keys: readonly string[];
  readonly wrong: string[] = [];
  done = 0;
  lost = 0;
  /** The longest that a device waited for its plan after the activation was answered, in milliseconds. */
  longestPush = 0;

  constructor(replicas: Replicas, keys: readonly string[]) {
    this.#replicas = replicas;
    this.#keys = keys;
  }

  async run(goesOn: () => boolean): Promise<void> {
    for (let version = 2; goesOn(); version++) {
      const planId = await this.#replicas.activate(`${version}.0.0`);
      const activated = performance.now();
      let next = 0;
      const send = async () => {
        for (let key = this.#keys[next++]; key !== undefined; key = this.#keys[next++]) {
          await this.#device(key, planId, `${version}.0.0`, activated);
        }
      };
      await Promise.all(Array.from({ length: senders }, send));
      const { json } = await this.#replicas.ask((center) => center.call('GET', `/ota/v1/plans/${planId}/summary`));
      // Every step of every device was acknowledged.
      this.lost += this.#keys.length - json.devices.upgraded;
      this.done++;
    }
  }

  async #device(key: string, planId: string, version: string, activated: number): Promise<void> {
    const { ask } = this.#replicas;
    for (;;) {
      const { json } = await ask.call(this.#replicas, (center) => center.device(key, 'GET', 'plan'));
      const waited = performance.now() - activated;
      if (json?.plan?.id === planId) break;
      this.longestPush = Math.max(this.longestPush, waited);
      if (waited > 120_000) throw new Error(`${key} got no plan in two minutes.`);
      await pause(100);
    }
    for (const status of way) await this.#told(key, (center) => center.report(key, planId, status));
    await this.#told(key, (center) => center.versions(key, version));
  }

  async #told(key: string, call: Parameters<Replicas['ask']>[0]): Promise<void> {
    const { status } = await this.#replicas.ask(call);
    if (status !== 200) this.wrong.push(`${key} was answered with ${status}.`);
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
async function underLoad(first: Center, disturb: (replicas: Replicas) => Promise<number>): Promise<Outcome> {
  const keys = keysOf(devices);
  await first.register(keys);
  for (const key of keys) await first.versions(key, '1.0.0');
  const replicas = new Replicas(first, 3);
  await replicas.start();
  try {
    const rounds = new Rounds(replicas, keys);
    let disturbing = true;
    const load = rounds.run(() => disturbing);
    const disturbed = disturb(replicas).finally(() => {
      disturbing = false;
    });
    // Both come to their end, also when one of them fails: no process is left behind.
    await Promise.allSettled([disturbed, load]);
    const [tried] = await Promise.all([disturbed, load]);
    const { wrong, lost } = rounds;
    const twice = await pushedTwice(first.database ?? '');
    if (twice > 0) wrong.push(`Plans were pushed twice to ${twice} devices.`);
    if (replicas.longest > stuckMs) wrong.push(`A call was answered after ${Math.round(replicas.longest)} ms.`);
    console.error(
      `   ${rounds.done} rounds of ${devices} devices; longest until a call was answered ${Math.round(replicas.longest)} ms,` +
        ` until a plan was pushed ${Math.round(rounds.longestPush)} ms`,
    );
    return { tried, lost, wrong: wrong.slice(0, 5) };
  } finally {
    await replicas.end();
  }
}

export const killReplicas: Fault = {
  name: 'kill -9 of one of three replicas under load, at random moments',
  postgresOnly: true,
  run: (center, { kills }) =>
    underLoad(center, async ({ all }) => {
      for (let kill = 0; kill < kills; kill++) {
        await pause(50 + Math.random() * 400);
        const victim = all[Math.floor(Math.random() * all.length)];
        await victim?.stop('SIGKILL');
        await victim?.start();
      }
      return kills;
    }),
};

export const stoppedReplica: Fault = {
  name: 'SIGSTOP of one of three replicas for longer than a lease',
  postgresOnly: true,
  skip: () => (process.platform === 'win32' ? 'Windows has no SIGSTOP' : null),
  run: (center, { pause: seconds }) =>
    underLoad(center, async ({ all }) => {
      let times = 0;
      for (const victim of all) {
        await pause(500 + Math.random() * 500);
        victim.process?.kill('SIGSTOP');
        await pause(Math.max(seconds, 20) * 1000);
        victim.process?.kill('SIGCONT');
        times++;
      }
      return times;
    }),
};
