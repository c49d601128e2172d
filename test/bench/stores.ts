/** The stores that benchmarks run on, each thrown away at the end. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openPostgresStore } from '@otaplan/developer-center/postgres';
import { openSqliteStore } from '@otaplan/developer-center/sqlite';
import { findPostgres } from '@otaplan/developer-center/testing/postgres';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import type { OpenStore } from './reports-load.ts';

export interface BenchStore {
  readonly open: OpenStore;
  /** Of a server on it. */
  readonly folder: string;
  readonly database: string | null;
  end(): Promise<void>;
}

/** A store in PostgreSQL whose clock stands at the beginning of the plan. */
export function postgresAt(url: string): OpenStore {
  const clock = new VirtualClock('2027-03-01T08:00:00Z');
  return () => openPostgresStore({ url, clock, random: (count) => randomBytes(count) });
}

/** @param name `sqlite` or `postgres` @throws Error when there is no PostgreSQL here */
export async function benchStore(name: string): Promise<BenchStore> {
  const folder = mkdtempSync(path.join(tmpdir(), 'otaplan-bench-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (name === 'sqlite') {
    return { open: async () => openSqliteStore(folder), folder, database: null, end: async () => remove() };
  }
  const postgres = await findPostgres();
  if (typeof postgres === 'string') throw new Error(postgres);
  const database = await postgres.database();
  const end = async () => {
    await postgres.stop();
    remove();
  };
  return { open: postgresAt(database), folder, database, end };
}
