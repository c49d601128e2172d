/**
 * Durable status reports a second, embedded, against a bare batch insert of the very rows that they made: same file format, same
 * pragmas, same rows in each transaction, same run.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '@otaplan/developer-center/sqlite';
import { type Measured, printRates, type Rate, watch } from './measure.ts';
import { deviceKeys, open, prepare, readAll, reportAll, statuses, together } from './reports-load.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 3;
const devices = quick ? 2000 : 9000;
/** Reports of every device, in calls of so many. */
async function ours(folder: string, planId: string, keys: readonly string[], perCall: number): Promise<Measured> {
  const { center, close } = await open(async () => openSqliteStore(folder));
  await readAll(center, keys);
  const measured = await reportAll(center, planId, keys, perCall);
  await close();
  return measured;
}

type Row = Record<string, string | number | null>;
const columns = ['before', 'time', 'component', 'attempt', 'cause', 'text', 'reported', 'checksum'];

/** Writes the rows that `ours` made into the database as it was before: log lines, and the device's row after each call. */
function bare(before: string, after: string, keys: readonly string[], perCall: number): Measured {
  const made = new DatabaseSync(path.join(after, 'developer-center.sqlite'), { readOnly: true });
  const newest = readNewest(before);
  const lines = made.prepare('SELECT * FROM log WHERE id > ? ORDER BY id').all(newest) as Row[];
  const rows = made.prepare('SELECT row, state, last_log, row_checksum FROM plan_device ORDER BY row').all() as Row[];
  made.close();
  const db = new DatabaseSync(path.join(before, 'developer-center.sqlite'));
  db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = 1;
    PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536`);
  const insert = db.prepare(
    'INSERT INTO log (before, time, component, attempt, cause, text, reported, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const update = db.prepare('UPDATE plan_device SET state = ?, last_log = ?, row_checksum = ? WHERE row = ?');
  const calls = (keys.length * statuses.length) / perCall;
  const linesPerCall = lines.length / calls;
  const stop = watch();
  let line = 0;
  for (let call = 0; call < calls; call++) {
    if (call % together === 0) db.exec('BEGIN IMMEDIATE');
    const until = Math.round((call + 1) * linesPerCall);
    for (; line < until; line++) {
      const l = lines[line] as Row;
      insert.run(...columns.map((column) => l[column] ?? null));
    }
    const row = rows[call % rows.length] as Row;
    update.run(row['state'] ?? null, row['last_log'] ?? null, row['row_checksum'] ?? null, row['row'] ?? null);
    if (call % together === together - 1 || call === calls - 1) db.exec('COMMIT');
  }
  const measured = stop(keys.length * statuses.length);
  db.close();
  return measured;
}

function readNewest(folder: string): number {
  const db = new DatabaseSync(path.join(folder, 'developer-center.sqlite'));
  const row = db.prepare('SELECT coalesce(max(id), 0) AS id FROM log').get() as Row;
  db.close();
  return Number(row['id']);
}

const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-bench-'));
try {
  const keys = deviceKeys(devices);
  const prepared = path.join(folder, 'prepared');
  const planId = await prepare(async () => openSqliteStore(prepared), keys);
  const rates: Rate[] = [];
  // The first round warms both up and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const perCall of [1, 6]) {
      const [mine, theirs] = [path.join(folder, 'mine'), path.join(folder, 'theirs')];
      cpSync(prepared, mine, { recursive: true });
      cpSync(prepared, theirs, { recursive: true });
      const reports = await ours(mine, planId, keys, perCall);
      const inserted = bare(theirs, mine, keys, perCall);
      if (round > 0) rates.push({ perCall, ours: reports, bare: inserted });
      rmSync(mine, { recursive: true });
      rmSync(theirs, { recursive: true });
    }
  }
  console.log(`Durable status reports, embedded, ${together} calls arriving together; median of ${rounds} rounds:`);
  printRates(rates);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
