import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { storableValues } from '../rows/text.ts';
import { StoreError, storeErrorOf } from '../store-error.ts';
import { migrations } from './migrations.ts';

/** The database's file in its folder. */
export const databaseFile = 'developer-center.sqlite';

export type Row = Record<string, SQLInputValue>;

/** Work that waits for the next transaction. */
interface Waiting {
  readonly run: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One SQLite database and its single writer. Works that arrive together share one transaction and are answered after its COMMIT,
 * so that a durable write costs a fraction of a disk flush. If one of them fails, each is run again in a transaction of its own.
 */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #defer: (run: () => void) => void;
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** Copies of which the first step is under way: transactions wait for it. */
  readonly #beginning = new Set<object>();
  #closed = false;
  /** Called inside a transaction, last thing before COMMIT: what was gathered in memory is written. */
  beforeCommit: () => void = () => {};
  /** Called after a ROLLBACK: what was gathered in memory is forgotten. */
  afterRollback: () => void = () => {};

  /**
   * @param folder made when missing, readable by its owner alone
   * @param defer runs a function when the works at hand have arrived (`setImmediate`)
   * @param migrate false: an older schema stays as it is, to be looked at
   * @throws StoreError locked, newer, corrupt, readOnly
   */
  constructor(folder: string, defer: (run: () => void) => void, migrate = true) {
    this.#defer = defer;
    const file = join(folder, databaseFile);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // The journal files take the mode of the database; so it is set before SQLite makes them.
      closeSync(openSync(file, 'a', 0o600));
      chmodSync(file, 0o600);
      this.#db = new DatabaseSync(file);
    } catch (error) {
      throw openError(error, folder);
    }
    try {
      // EXCLUSIVE holds a lock that the kernel frees when the process dies: no second server on this folder.
      this.#db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1; PRAGMA wal_autocheckpoint = 8000;
        PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;
        PRAGMA cell_size_check = 1;`);
      this.#migrate(migrate);
    } catch (error) {
      this.#db.close();
      throw storeErrorOf(error);
    }
  }

  /** A prepared statement, kept by its text. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#closed) throw new StoreError('closed');
    const made = this.#db.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }

  /** Lets others have their turn: awaited between parts of a long reading. */
  turn(): Promise<void> {
    return new Promise((resolve) => this.#defer(resolve));
  }

  /** Reads what is committed. */
  read<T>(work: () => T): T {
    if (this.#closed) throw new StoreError('closed');
    try {
      return work();
    } catch (error) {
      throw storeErrorOf(error);
    }
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...storableValues(values)) as Row | undefined;
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...storableValues(values)) as Row[];
  }

  run(sql: string, ...values: SQLInputValue[]): { changes: number; id: number } {
    const result = this.prepare(sql).run(...storableValues(values));
    return { changes: Number(result.changes), id: Number(result.lastInsertRowid) };
  }

  /**
   * Runs work in the next transaction and answers after its COMMIT.
   * @param work without effects outside the database but its result: it may be run twice
   */
  write<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError('closed'));
    return new Promise<T>((resolve, reject) => {
      let result: T;
      this.#waiting.push({
        run: () => {
          result = work();
        },
        resolve: () => resolve(result),
        reject: (error) => reject(storeErrorOf(error)),
      });
      if (this.#scheduled) return;
      this.#scheduled = true;
      this.#defer(() => this.#flush());
    });
  }

  /**
   * Copies the database as it is at one moment, while it is read and written.
   * @param file must not exist
   */
  async backup(file: string): Promise<void> {
    if (this.#closed) throw new StoreError('closed');
    // A first step that meets an open transaction ends the copy at once (SQLITE_BUSY, told by node:sqlite as “not an error”); later
    // ones are only tried again. So no transaction begins until the first step is done.
    const copy = {};
    this.#beginning.add(copy);
    const begun = () => {
      if (this.#beginning.delete(copy)) this.#flush();
    };
    try {
      // Small steps: a step holds the database, and commits wait for it.
      await backup(this.#db, file, { rate: 200, progress: begun });
    } catch (error) {
      throw storeErrorOf(error);
    } finally {
      begun();
    }
  }

  /** Waits for what is under way, then closes; later calls fail as `closed`. */
  close(): void {
    if (this.#closed) return;
    this.#beginning.clear();
    this.#flush();
    this.#closed = true;
    this.#statements.clear();
    this.#db.close();
  }

  #flush(): void {
    this.#scheduled = false;
    const works = this.#waiting;
    if (works.length === 0 || this.#beginning.size > 0) return;
    this.#waiting = [];
    try {
      this.#transaction(works);
      for (const work of works) work.resolve();
    } catch (failure) {
      if (works.length === 1) {
        works[0]?.reject(failure);
        return;
      }
      for (const work of works) {
        try {
          this.#transaction([work]);
          work.resolve();
        } catch (error) {
          work.reject(error);
        }
      }
    }
  }

  #transaction(works: readonly Waiting[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const work of works) work.run();
      this.beforeCommit();
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk may have rolled back already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.afterRollback();
      throw error;
    }
  }

  #migrate(allowed: boolean): void {
    const version = Number((this.#db.prepare('PRAGMA user_version').get() as Row)['user_version']);
    if (version > migrations.length) {
      throw new StoreError('newer', `schema ${version}, this version knows ${migrations.length}`);
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < version || !allowed) continue;
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        if (typeof migration === 'string') this.#db.exec(migration);
        else migration(this.#db);
        this.#db.exec(`PRAGMA user_version = ${index + 1}`);
        this.#db.exec('COMMIT');
      } catch (error) {
        this.#db.exec('ROLLBACK');
        throw error;
      }
    }
  }
}

function openError(error: unknown, folder: string): unknown {
  if (error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EROFS')) {
    return new StoreError('readOnly', folder, error);
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return new StoreError('full', folder, error);
  return storeErrorOf(error);
}
