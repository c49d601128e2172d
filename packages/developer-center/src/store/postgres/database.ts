import { Pool, type PoolClient, types } from 'pg';
import type { Row } from '../rows/row.ts';
import { StoreError } from '../store-error.ts';
import { isDeadlock, postgresFailure } from './failures.ts';
import { migrations } from './migrations.ts';
import { ask, type Queries, type Statement, Transaction, type Value } from './queries.ts';

/** Milliseconds. A replica that is stopped in the middle of a transaction must not hold its locks for ever. */
const limits = { connect: 10_000, idleInTransaction: 5_000, statement: 60_000 };
const oldestServer = 15;
const mostTries = 5;

/** 64-bit integers come as numbers: instants, sizes and row numbers are all below 2^53. */
const parsers = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** Thrown by a work that found what it had looked at changed: the transaction is undone and begins anew. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
}

/** A PostgreSQL database and a pool of connections to it. */
export class Database implements Queries {
  readonly #pool: Pool;
  #closed = false;

  private constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Connects, and brings the schema up to this version.
   * @param url `postgres://…`; never said in an error
   * @throws StoreError unreachable, newer, failed (older than PostgreSQL 15, or not UTF-8)
   */
  static open(url: string, connections: number): Promise<Database> {
    return Database.#connected(url, connections, (database) => database.#migrate());
  }

  /**
   * Connects to a database of this very version, to look at it.
   * @throws StoreError unreachable, newer, failed (also when nothing of Developer Center is in it, or an older version's)
   */
  static look(url: string): Promise<Database> {
    return Database.#connected(url, 1, async (database) => {
      const version = await database.#version();
      if (version === null) throw new StoreError('failed', 'there is no Developer Center in the database');
      if (version > migrations.length) throw newer(version);
      if (version === migrations.length) return;
      throw new StoreError('failed', 'the database is of an older version; start this one on it once, then look again');
    });
  }

  /** Whether there is anything of Developer Center in a database. @throws StoreError unreachable */
  static async isEmpty(url: string): Promise<boolean> {
    let version: number | null = null;
    const database = await Database.#connected(url, 1, async (made) => {
      version = await made.#version();
    });
    await database.close();
    return version === null;
  }

  static async #connected(
    url: string,
    connections: number,
    prepare: (database: Database) => Promise<void>,
  ): Promise<Database> {
    const pool = new Pool({ ...connectionOf(url), max: connections, types: parsers, pipeline: true });
    // A connection that breaks while idle is replaced; without a listener it would end the process.
    pool.on('error', () => {});
    const database = new Database(pool);
    try {
      const server = await database.get(
        "SELECT current_setting('server_version_num')::int / 10000 AS version, current_setting('server_encoding') AS encoding",
      );
      if (Number(server?.['version']) < oldestServer) {
        throw new StoreError('failed', `PostgreSQL ${oldestServer} or newer is needed, this is ${server?.['version']}`);
      }
      if (server?.['encoding'] !== 'UTF8') throw new StoreError('failed', 'the database must have the encoding UTF8');
      await prepare(database);
      return database;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  async all(sql: Statement, ...values: Value[]): Promise<Row[]> {
    return (await this.#ask(sql, values)).rows;
  }

  async get(sql: Statement, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all(sql, ...values))[0];
  }

  async run(sql: Statement, ...values: Value[]): Promise<number> {
    return (await this.#ask(sql, values)).rowCount ?? 0;
  }

  async #ask(sql: Statement, values: Value[]) {
    if (this.#closed) throw new StoreError('closed');
    try {
      return await ask(this.#pool, sql, values);
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  async #connect(): Promise<PoolClient> {
    if (this.#closed) throw new StoreError('closed');
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  /** Runs work in one transaction, answering after its COMMIT. What work throws undoes it. */
  async transaction<T>(work: (queries: Transaction) => Promise<T>, begin = 'BEGIN'): Promise<T> {
    const client = await this.#connect();
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    const transaction = new Transaction(client);
    try {
      transaction.send(begin);
      const result = await work(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken ??= failure;
      });
      // What was asked after a statement that failed only says that the transaction is void.
      throw postgresFailure(transaction.failure ?? error);
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  /** The same for work that may be run twice: it is, when two transactions waited for each other, and when it asks for it. */
  async repeatable<T>(work: (queries: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.transaction(work);
      } catch (error) {
        const cause = error instanceof StoreError ? error.cause : error;
        if (!(isDeadlock(cause) || error instanceof TryAgain) || tries >= mostTries) throw error;
      }
    }
  }

  /** Waits for what is under way; later calls fail as `closed`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  /** The version of the schema; `null`: there is none. */
  async #version(): Promise<number | null> {
    const found = await this.get("SELECT to_regclass('otaplan_schema') IS NOT NULL AS found");
    return found?.['found'] === true
      ? Number((await this.get('SELECT version FROM otaplan_schema'))?.['version'])
      : null;
  }

  async #migrate(): Promise<void> {
    // Two replicas may start at once: the second waits for the first at the row, or trips over the table's name once.
    const make = `CREATE TABLE IF NOT EXISTS otaplan_schema (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL)`;
    await this.run(make).catch(() => this.run(make));
    await this.run('INSERT INTO otaplan_schema (version) VALUES (0) ON CONFLICT DO NOTHING');
    await this.transaction(async (queries) => {
      const version = Number((await queries.get('SELECT version FROM otaplan_schema FOR UPDATE'))?.['version']);
      if (version > migrations.length) {
        throw newer(version);
      }
      for (const migration of migrations.slice(version)) {
        if (typeof migration === 'string') await queries.run(migration);
        else await migration(queries);
      }
      if (version < migrations.length) await queries.run('UPDATE otaplan_schema SET version = $1', migrations.length);
    });
  }
}

function newer(version: number): StoreError {
  return new StoreError('newer', `schema ${version}, this version knows ${migrations.length}`);
}

/** Settings of every connection. */
export function connectionOf(url: string) {
  return {
    connectionString: url,
    application_name: 'otaplan',
    connectionTimeoutMillis: limits.connect,
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    statement_timeout: limits.statement,
    keepAlive: true,
  };
}
