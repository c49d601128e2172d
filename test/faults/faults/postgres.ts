import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type OwnPostgres, startPostgres } from '@otaplan/developer-center/testing/postgres';
import { Client } from 'pg';
import { Center } from '../center.ts';
import { keysOf, way } from '../documents.ts';
import type { Fault, Outcome } from '../fault.ts';
import { flipBit } from '../flip.ts';
import { Load, overHttp } from '../load.ts';
import { mountSmall, noMount } from '../small-disk.ts';

const onlyOwn = () =>
  process.env['OTAPLAN_TEST_DATABASE'] ? 'needs a PostgreSQL that is started for it' : onlyLinux();
const onlyLinux = () => (process.platform === 'linux' ? null : 'needs Linux');

/** In the last bytes of the first page, where its first row stands. */
const inFirstRow = 8192 - 20;

/** Does something with a PostgreSQL of its own and a Developer Center on it, which is verified in the end. */
async function onOwn(
  parent: string | undefined,
  work: (center: Center, postgres: OwnPostgres, url: string) => Promise<Outcome>,
): Promise<Outcome> {
  const postgres = await startPostgres(parent);
  if (typeof postgres === 'string') throw new Error(postgres);
  const url = await postgres.database();
  const center = new Center(url);
  try {
    await center.start();
    const outcome = await work(center, postgres, url);
    await center.stop();
    return { ...outcome, wrong: [...outcome.wrong, ...(await center.problems()), ...center.leaks()] };
  } finally {
    await center.end();
    await postgres.stop();
  }
}

/** Lets devices report while something happens to the database again and again, then until all of them are done. */
async function underLoad(center: Center, times: number, disturb: () => Promise<void>): Promise<Outcome> {
  const keys = keysOf(1000);
  await center.register(keys);
  const load = new Load(center, keys, overHttp(center));
  for (let time = 0; time < times; time++) {
    await load.prepare();
    const sending = load.run();
    await pause(100 + Math.random() * 400);
    await disturb();
    load.stop();
    await sending;
    await answers(center);
    await load.look();
  }
  for (let tries = 0; !load.isDone && tries < 100; tries++) {
    await load.run();
    await pause(100);
  }
  await load.look();
  await load.end();
  return { tried: times, lost: load.lost, wrong: load.wrong.slice(0, 5) };
}

/** Waits until the store can be written again. */
async function answers(center: Center): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { status } = await center.send('GET', '/readyz', '').catch(() => ({ status: 0 }));
    if (status === 200) return;
    await pause(100);
  }
  throw new Error('Developer Center did not find its database again within a minute.');
}

export const databaseKilled: Fault = {
  of: 'server',
  looksAt: ['I1', 'I3'],
  name: 'PostgreSQL itself is killed under load, is away, and comes back',
  postgresOnly: true,
  skip: onlyOwn,
  run: (_, { kills }) =>
    onOwn(undefined, (center, postgres) =>
      underLoad(center, Math.ceil(kills / 10), async () => {
        await postgres.crash();
        await pause(Math.random() * 1000);
        await postgres.start();
      }),
    ),
};

export const connectionsCut: Fault = {
  of: 'server',
  looksAt: ['I1', 'I3'],
  name: 'all connections to PostgreSQL are cut under load',
  postgresOnly: true,
  run: (center, { kills }) =>
    underLoad(center, Math.ceil(kills / 4), async () => {
      const client = new Client({ connectionString: center.database ?? '' });
      await client.connect();
      const others = 'datname = current_database() AND pid <> pg_backend_pid()';
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others}`);
      await client.end();
    }),
};

export const databaseFull: Fault = {
  of: 'server',
  looksAt: ['I1', 'I10'],
  name: 'the disk of PostgreSQL is full, then there is room again',
  postgresOnly: true,
  skip: () => onlyOwn() ?? noMount(),
  async run() {
    const disk = mountSmall('160m', 0o755);
    try {
      return await onOwn(disk.at, async (center, postgres) => {
        const keys = keysOf(60);
        await center.register(keys);
        const planId = await center.activate('2.0.0');
        const acknowledged = new Map<string, number>();
        const wrong: string[] = [];
        let refused = 0;
        for (const [index, key] of keys.entries()) {
          if (index === 10) disk.fill();
          if (index === 40) {
            disk.free();
            // It ends by itself when it cannot write its log; whoever keeps it running starts it again.
            await postgres.halt();
            await postgres.start();
            await answers(center);
          }
          for (const [step, status] of ['request', ...way].entries()) {
            const answer = await (status === 'request'
              ? center.request(key, '1.0.0')
              : center.report(key, planId, status));
            const applied = answer.status === 200 && answer.json.results[0].result === 'applied';
            if (applied) acknowledged.set(key, step);
            else if (answer.status === 507 || answer.status === 503) refused++;
            else if (answer.status !== 200) wrong.push(`Answered with ${answer.status}: ${answer.json?.detail}`);
          }
        }
        if (refused === 0) wrong.push('The disk was never full.');
        let lost = 0;
        for (const [key, steps] of acknowledged) {
          const [status = ''] = await center.statuses(planId, key);
          if (way.indexOf(status) + 1 < steps) lost++;
        }
        return { tried: refused, lost, wrong: wrong.slice(0, 5) };
      });
    } finally {
      disk.unmount();
    }
  },
};

export const flippedBitsInPages: Fault = {
  of: 'server',
  looksAt: [],
  name: 'a flipped bit in a page of PostgreSQL is found, not served',
  postgresOnly: true,
  skip: onlyOwn,
  async run() {
    const postgres = await startPostgres();
    if (typeof postgres === 'string') throw new Error(postgres);
    const wrong: string[] = [];
    const tables = ['log', 'plan_device', 'device', 'counter', 'plan', 'package'];
    let center: Center | null = null;
    try {
      const url = await postgres.database();
      center = new Center(url);
      await center.start();
      const keys = keysOf(20);
      await center.register(keys);
      const planId = await center.activate('2.0.0');
      for (const key of keys) await center.goes(key, planId, '1.0.0', null);
      await center.stop();
      wrong.push(...(await center.problems()));
      for (const table of tables) {
        const file = await fileOf(url, table);
        await postgres.halt();
        flipBit(path.join(postgres.data, file), inFirstRow);
        await postgres.start();
        const found = await center.problems();
        if (found.length === 0) wrong.push(`Not found: a bit of ${table}.`);
        await postgres.halt();
        flipBit(path.join(postgres.data, file), inFirstRow);
        await postgres.start();
      }
      wrong.push(...(await center.problems()));
    } finally {
      await center?.end();
      await postgres.stop();
    }
    return { tried: tables.length, lost: 0, wrong };
  },
};

async function fileOf(url: string, table: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ file: string }>('SELECT pg_relation_filepath($1) AS file', [table]);
    return rows[0]?.file ?? '';
  } finally {
    await client.end();
  }
}
