/**
 * Durable status reports a second on PostgreSQL, against a bare batch insert of the very rows that they made: a copy of the same
 * database, the same server, the same rows in each transaction, prepared statements in one pipeline, same run.
 */
import { findPostgres } from '@otaplan/developer-center/testing/postgres';
import { Client } from 'pg';
import { type Measured, printRates, type Rate, watch } from './measure.ts';
import { deviceKeys, open, prepare, readAll, reportAll, statuses, together } from './reports-load.ts';
import { postgresAt } from './stores.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 3;
const devices = quick ? 2000 : 6000;

type Row = Record<string, string | number | null>;
const insert = `INSERT INTO log (plan_row, row, time, component, attempt, cause, text, reported)
  SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::smallint[], $5::int[], $6::smallint[], $7::text[], $8::text[])`;
const logColumns = ['plan_row', 'row', 'time', 'component', 'attempt', 'cause', 'text', 'reported'];
const update = `UPDATE plan_device AS d SET state = g.state FROM unnest($1::bigint[], $2::int[], $3::text[]) AS g (plan_row, row, state)
  WHERE d.plan_row = g.plan_row AND d.row = g.row`;

/** Writes the rows that ours made into the database as it was before: log lines, and the devices' rows after each call. */
async function bare(before: string, after: string, keys: readonly string[], perCall: number): Promise<Measured> {
  const client = new Client({ connectionString: before, pipeline: true });
  await client.connect();
  const newest = Number((await client.query('SELECT coalesce(max(id), 0) AS id FROM log')).rows[0].id);
  const made = new Client({ connectionString: after });
  await made.connect();
  const lines: Row[] = (await made.query('SELECT * FROM log WHERE id > $1 ORDER BY id', [newest])).rows;
  const rows: Row[] = (await made.query('SELECT plan_row, row, state FROM plan_device ORDER BY row')).rows;
  await made.end();
  const calls = (keys.length * statuses.length) / perCall;
  const linesPerCall = lines.length / calls;
  const of = (some: readonly Row[], columns: readonly string[]) => columns.map((name) => some.map((row) => row[name]));
  const stop = watch();
  for (let call = 0; call < calls; call += together) {
    const until = Math.min(calls, call + together);
    const some = lines.slice(Math.round(call * linesPerCall), Math.round(until * linesPerCall));
    const touched = Array.from({ length: until - call }, (_, place) => rows[(call + place) % rows.length] as Row);
    await Promise.all([
      client.query('BEGIN'),
      client.query({ name: 'insert', text: insert, values: of(some, logColumns) }),
      client.query({ name: 'update', text: update, values: of(touched, ['plan_row', 'row', 'state']) }),
      client.query('COMMIT'),
    ]);
  }
  const measured = stop(keys.length * statuses.length);
  await client.end();
  return measured;
}

const postgres = await findPostgres();
if (typeof postgres === 'string') throw new Error(postgres);
try {
  const keys = deviceKeys(devices);
  const prepared = await postgres.database();
  const planId = await prepare(postgresAt(prepared), keys);
  const rates: Rate[] = [];
  // The first round warms both up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const perCall of [1, 6]) {
      const [mine, theirs] = [await postgres.database(prepared), await postgres.database(prepared)];
      const { center, close } = await open(postgresAt(mine));
      await readAll(center, keys);
      const ours = await reportAll(center, planId, keys, perCall);
      await close();
      const inserted = await bare(theirs, mine, keys, perCall);
      if (round > 0) rates.push({ perCall, ours, bare: inserted });
    }
  }
  console.log(`Durable status reports, PostgreSQL, ${together} calls arriving together; median of ${rounds} rounds:`);
  printRates(rates);
} finally {
  await postgres.stop();
}
