/**
 * Does the faults that concern the server, devices and time to real processes, and prints what came of each.
 * Each is done on a folder and on PostgreSQL: an installed one that is started for it, or that of `OTAPLAN_TEST_DATABASE`, whose user may
 * create databases. `--only TEXT`: faults whose name has it; `--store sqlite|postgres`; `--kills N` (100); `--pause SECONDS` (10).
 */
import { parseArgs } from 'node:util';
import { findPostgres } from '@otaplan/developer-center/testing/postgres';
import { Center } from './center.ts';
import type { Fault, Settings } from './fault.ts';
import { clockJumps } from './faults/clock.ts';
import { slowLoris, taken } from './faults/connections.ts';
import { killUnderLoad } from './faults/kill.ts';
import { killReplicas, stoppedReplica } from './faults/replicas.ts';
import { poison, reconnects, repeated } from './faults/reports.ts';
import { backupWhileWriting, diskFull, flippedBits, newerDatabase, strayFiles } from './faults/storage.ts';
import { stopped } from './faults/time.ts';

const faults: readonly Fault[] = [
  killUnderLoad,
  killReplicas,
  repeated,
  reconnects,
  poison,
  slowLoris,
  taken,
  newerDatabase,
  flippedBits,
  strayFiles,
  diskFull,
  stopped,
  stoppedReplica,
  backupWhileWriting,
  clockJumps,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kills: { type: 'string', default: '100' },
    pause: { type: 'string', default: '10' },
    store: { type: 'string' },
  },
});
const settings: Settings = { kills: Number(values.kills), pause: Number(values.pause) };
const postgres = values.store === 'sqlite' ? null : await findPostgres();
const stores = ['SQLite', 'PostgreSQL'].filter(
  (name) => values.store === undefined || name.toLowerCase().startsWith(values.store),
);
const rows: string[][] = [['fault', 'store', 'tried', 'lost', 'invariants', 'seconds']];
let failed = false;

for (const store of stores) {
  for (const fault of faults) {
    if (values.only !== undefined && !fault.name.includes(values.only)) continue;
    if (store === 'SQLite' ? fault.postgresOnly : fault.folderOnly) continue;
    const skip = (store === 'PostgreSQL' && typeof postgres === 'string' ? postgres : fault.skip?.()) ?? null;
    if (skip !== null) {
      rows.push([fault.name, store, 'skipped', '–', skip, '–']);
      continue;
    }
    console.error(`── ${fault.name} (${store})`);
    const begin = performance.now();
    const database =
      store === 'SQLite' || postgres === null || typeof postgres === 'string' ? null : await postgres.database();
    const center = new Center(database);
    const wrong: string[] = [];
    let [tried, lost] = ['0', '–'];
    try {
      await center.start();
      const outcome = await fault.run(center, settings);
      [tried, lost] = [String(outcome.tried), String(outcome.lost)];
      wrong.push(...outcome.wrong);
      if (outcome.lost > 0) wrong.push(`${outcome.lost} acknowledged things are lost.`);
      await center.stop();
      wrong.push(...(await center.problems()));
    } catch (error) {
      wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      await center.end();
    }
    if (wrong.length > 0) failed = true;
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    for (const problem of wrong.slice(0, 10)) console.error(`   ${problem}`);
    rows.push([fault.name, store, tried, lost, wrong.length === 0 ? 'held' : `BROKEN: ${wrong.length}`, seconds]);
  }
}

if (postgres !== null && typeof postgres !== 'string') await postgres.stop();

const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
for (const row of rows)
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
process.exitCode = failed ? 1 : 0;
