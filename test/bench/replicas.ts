/**
 * Durable status reports a second of 1, 2 and 4 replicas on one PostgreSQL, each a process of its own with its share of the devices of
 * one plan.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { findPostgres } from '@otaplan/developer-center/testing/postgres';
import { deviceKeys, open, prepare, readAll, reportAll, statuses } from './reports-load.ts';
import { postgresAt } from './stores.ts';

const devices = 40_000;

interface Share {
  readonly url: string;
  readonly planId: string;
  readonly keys: readonly string[];
}

/** A replica: waits for its share, opens, says so; then its devices read their plan and report, each when it is told to. */
async function replica(): Promise<void> {
  const [{ url, planId, keys }] = (await once(process, 'message')) as [Share];
  const { center, close } = await open(postgresAt(url));
  process.send?.('ready');
  await once(process, 'message');
  await readAll(center, keys);
  process.send?.('read');
  await once(process, 'message');
  await reportAll(center, planId, keys, 1);
  process.send?.('done');
  await close();
  process.disconnect();
}

interface Rates {
  readonly reads: number;
  readonly reports: number;
}

async function measure(url: string, planId: string, keys: readonly string[], count: number): Promise<Rates> {
  const size = Math.ceil(keys.length / count);
  const children = Array.from({ length: count }, () => fork(import.meta.filename, ['replica']));
  const all = (what: (child: ChildProcess, index: number) => Promise<unknown>) => Promise.all(children.map(what));
  await all((child, index) => {
    child.send({ url, planId, keys: keys.slice(index * size, (index + 1) * size) } satisfies Share);
    return once(child, 'message');
  });
  const seconds = async () => {
    const begin = performance.now();
    await all((child) => {
      child.send('go');
      return once(child, 'message');
    });
    return (performance.now() - begin) / 1000;
  };
  const reads = keys.length / (await seconds());
  const reports = (keys.length * statuses.length) / (await seconds());
  await all((child) => (child.exitCode === null ? once(child, 'exit') : Promise.resolve()));
  return { reads, reports };
}

if (process.argv[2] === 'replica') await replica();
else {
  const postgres = await findPostgres();
  if (typeof postgres === 'string') throw new Error(postgres);
  try {
    const keys = deviceKeys(devices);
    const prepared = await postgres.database();
    const planId = await prepare(postgresAt(prepared), keys);
    let one: Rates | null = null;
    for (const count of [1, 2, 4]) {
      const rates = await measure(await postgres.database(prepared), planId, keys, count);
      one ??= rates;
      const share = (rate: number, ofOne: number) => `${Math.round(rate)}/s, ${(rate / ofOne).toFixed(2)} of one`;
      console.log(
        `${count} replicas: reports ${share(rates.reports, one.reports)}; plan messages ${share(rates.reads, one.reads)}`,
      );
    }
  } finally {
    await postgres.stop();
  }
}
