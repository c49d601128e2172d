import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Database } from './database.ts';

test('a copy that begins beside a long transaction is whole, and neither hinders the other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'otaplan-database-'));
  const db = new Database(folder, setImmediate);
  await db.write(() => db.run('CREATE TABLE number (value INTEGER)'));
  const many = 20_000;
  const insert = () => {
    for (let value = 0; value < many; value++) db.run('INSERT INTO number VALUES (?)', value);
  };
  for (let round = 1; round <= 3; round++) {
    const file = join(folder, `copy-${round}.sqlite`);
    await Promise.all([db.backup(file), db.write(insert), db.backup(`${file}.other`), db.write(insert)]);
    for (const each of [file, `${file}.other`]) {
      const copy = new DatabaseSync(each, { readOnly: true });
      expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
      // As it was between two transactions.
      expect(Number(copy.prepare('SELECT count(*) AS n FROM number').get()?.['n']) % many).toBe(0);
      copy.close();
    }
    expect(db.get('SELECT count(*) AS n FROM number')).toEqual({ n: round * 2 * many });
  }
  db.close();
  rmSync(folder, { recursive: true });
});

test('closing does not leave work behind that waits for a copy to begin', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'otaplan-database-'));
  const db = new Database(folder, setImmediate);
  const copying = db.backup(join(folder, 'copy.sqlite')).catch(() => undefined);
  const written = db.write(() => db.run('CREATE TABLE number (value INTEGER)'));
  db.close();
  await Promise.all([copying, written]);
  rmSync(folder, { recursive: true });
});
