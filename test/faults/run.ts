import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { noMosquitto } from '@otaplan/developer-center/testing/mosquitto';
import { findPostgres, type TestPostgres } from '@otaplan/developer-center/testing/postgres';
import { Center } from './center.ts';
import type { Fault, Settings } from './fault.ts';
import { faults } from './faults/index.ts';
import { buildCommand } from './otaplan.ts';
import { emptyResult, gathered, keep, type Result, tableOf, writeTable } from './results.ts';

const help = `Does the faults that concern the server, devices and time to real processes, and prints what came of each.
Each is done on a folder and on PostgreSQL: an installed one that is started for it, or that of OTAPLAN_TEST_DATABASE,
whose user may create databases.

  --only TEXT     faults whose name has it; may be repeated
  --store NAME    sqlite or postgres alone
  --kills N       kills under load (100)
  --pause SECONDS how long a stopped process stays so (60)
  --list          names the faults and ends
  --keep FILE     adds the results to this file: a long table can be made in slices
  --missing       only faults that the file of --keep has no result of
  --table FILE    prints the table of such a file and does nothing else
  --out FILE      writes the table at the end of this Markdown file, from --keep or --table where given
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    kills: { type: 'string', default: '100' },
    pause: { type: 'string', default: '60' },
    store: { type: 'string' },
    keep: { type: 'string' },
    missing: { type: 'boolean', default: false },
    table: { type: 'string' },
    out: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(help);
else if (values.list) for (const { of, name } of faults) console.log(`${of}: ${name}`);
else {
  const results = values.table === undefined ? await run() : gathered(values.table);
  if (values.table === undefined || values.out === undefined) console.log(tableOf(results));
  const all = values.table === undefined && values.keep !== undefined ? gathered(values.keep) : results;
  if (values.out !== undefined) writeTable(values.out, inOrder(all), programs());
  process.exitCode = results.some(({ wrong }) => wrong.length > 0) ? 1 : 0;
}

async function run(): Promise<Result[]> {
  buildCommand();
  const settings: Settings = { kills: Number(values.kills), pause: Number(values.pause) };
  const postgres = values.store === 'sqlite' ? 'left out' : await findPostgres();
  const stores = ['SQLite', 'PostgreSQL'].filter(
    (name) => values.store === undefined || name.toLowerCase().startsWith(values.store),
  );
  const results: Result[] = [];
  const kept = values.missing && values.keep !== undefined && existsSync(values.keep) ? gathered(values.keep) : [];
  for (const store of stores) {
    for (const fault of faults) {
      if (kept.some((result) => result.fault === fault.name && result.store === store)) continue;
      if (values.only.length > 0 && !values.only.some((text) => fault.name.includes(text))) continue;
      if (store === 'SQLite' ? fault.postgresOnly : fault.folderOnly) continue;
      const skip = (store === 'PostgreSQL' && typeof postgres === 'string' ? postgres : fault.skip?.()) ?? null;
      console.error(`── ${fault.name} (${store})${skip === null ? '' : ` skipped: ${skip}`}`);
      const empty = emptyResult(fault, store);
      const result = skip === null ? await done(fault, empty, settings, postgres) : { ...empty, skipped: skip };
      for (const problem of result.wrong.slice(0, 10)) console.error(`   ${problem}`);
      if (values.keep !== undefined) keep(values.keep, result);
      results.push(result);
    }
  }
  if (typeof postgres !== 'string') await postgres.stop();
  return results;
}

/** Does one fault to a Developer Center of its own, then looks at all that it left behind. */
async function done(fault: Fault, empty: Result, settings: Settings, postgres: TestPostgres | string): Promise<Result> {
  const begin = performance.now();
  const database = empty.store === 'SQLite' || typeof postgres === 'string' ? null : await postgres.database();
  const center = new Center(database);
  const wrong: string[] = [];
  let [tried, lost, seen] = [0, 0, ''];
  try {
    await center.start();
    const outcome = await fault.run(center, settings);
    ({ tried, lost, seen = '' } = outcome);
    wrong.push(...outcome.wrong);
    if (lost > 0) wrong.push(`${lost} acknowledged things are lost.`);
    await center.stop();
    wrong.push(...(await center.problems()), ...center.leaks());
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await center.end();
  }
  const seconds = (performance.now() - begin) / 1000;
  return { ...empty, tried, lost, wrong, seen, seconds, at: new Date().toISOString() };
}

/** In the order of the list; what there is no result of says so. */
function inOrder(results: readonly Result[]): Result[] {
  return faults.flatMap((fault) =>
    ['SQLite', 'PostgreSQL']
      .filter((store) => !(store === 'SQLite' ? fault.postgresOnly : fault.folderOnly))
      .map(
        (store) =>
          results.find((result) => result.fault === fault.name && result.store === store) ?? {
            ...emptyResult(fault, store),
            skipped: 'not run for this table',
          },
      ),
  );
}

/** What they ran on, beside the machine. */
function programs(): string[] {
  const postgres = spawnSync('psql', ['--version'], { encoding: 'utf8' }).stdout?.match(/[\d.]+/)?.[0];
  return [
    `Node ${process.versions.node}`,
    ...(postgres ? [`PostgreSQL ${postgres}`] : []),
    ...(noMosquitto === null ? ['mosquitto'] : []),
  ];
}
