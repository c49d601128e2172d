/**
 * How long a server takes that is started again on two million log lines: until it says that it is ready, and until a plan's counts are
 * answered. `--lines N` (2,000,000), `--store sqlite|postgres`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { Center } from '../faults/center.ts';
import { keysOf } from '../faults/documents.ts';
import { quantile } from './measure.ts';
import { residentMb } from './processes.ts';
import { benchStore } from './stores.ts';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '2000000' }, store: { type: 'string', default: 'sqlite' } },
});
const lines = Number(values.lines);
const rounds = 5;

/** Doubles the log until it has so many lines. */
const more = `INSERT INTO log (COLUMNS) SELECT COLUMNS FROM log ORDER BY id LIMIT`;
const columns = 'time, component, attempt, cause, text, reported';

function fillFolder(folder: string): number {
  const db = new DatabaseSync(path.join(folder, 'developer-center.sqlite'));
  const count = () => Number(db.prepare('SELECT count(*) AS n FROM log').get()?.['n']);
  for (let have = count(); have < lines; have = count()) {
    db.exec(`${more.replaceAll('COLUMNS', `before, ${columns}`)} ${lines - have}`);
  }
  const have = count();
  db.close();
  return have;
}

async function fillDatabase(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const count = async () => Number((await client.query('SELECT count(*) AS n FROM log')).rows[0].n);
  for (let have = await count(); have < lines; have = await count()) {
    await client.query(`${more.replaceAll('COLUMNS', `plan_row, row, ${columns}`)} ${lines - have}`);
  }
  const have = await count();
  await client.end();
  return have;
}

/** The command as it is built: what people start. */
const built = path.join(import.meta.dirname, '../../packages/cli/dist/bundle/otaplan.cjs');
/** Milliseconds to the first answer. */
const goal = 1000;

if (!existsSync(built)) throw new Error('Run “npm run build” first: the built command is measured.');
const store = await benchStore(values.store);
const center = new Center(store.database, store.folder);
center.startedAs = built;
try {
  await center.start();
  const keys = keysOf(200);
  await center.register(keys);
  const planId = await center.activate('2.0.0');
  for (const key of keys) await center.goes(key, planId, '1.0.0', null);
  await center.stop();
  const have = store.database === null ? fillFolder(store.folder) : await fillDatabase(store.database);
  const [ready, answered, memory]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    await center.start();
    ready.push(performance.now() - begin);
    const { json } = await center.call('GET', `/ota/v1/plans/${planId}/summary`);
    answered.push(performance.now() - begin);
    memory.push(residentMb(center.process?.pid) ?? Number.NaN);
    if (json.devices.upgrading !== keys.length) throw new Error(JSON.stringify(json));
    await center.stop('SIGKILL');
  }
  const bare = Array.from({ length: rounds }, nodeAlone);
  const shown = (times: readonly number[]) =>
    `${Math.round(quantile(times, 0.5))} ms (worst ${Math.round(Math.max(...times))})`;
  console.log(`started after kill -9 on ${have} log lines, ${values.store}, median of ${rounds}:`);
  console.log(`  ready ${shown(ready)}, log-in and counts answered ${shown(answered)}; “node -e 0” ${shown(bare)}`);
  const times = quantile(answered, 0.5) / quantile(bare, 0.5);
  const met = quantile(answered, 0.5) < goal ? 'met' : 'MISSED';
  console.log(
    `  ${times.toFixed(1)} times “node -e 0”; goal: under ${goal} ms: ${met}; resident ${Math.round(quantile(memory, 0.5))} MB`,
  );
} finally {
  await center.end();
  await store.end();
}

function nodeAlone(): number {
  const begin = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - begin;
}
