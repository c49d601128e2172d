import { type Client, Pool, type PoolClient, types } from 'pg';
import type { Row } from '../rows/row.ts';
import { storableText } from '../rows/text.ts';
import { StoreError } from '../store-error.ts';
import { isDeadlock, postgresFailure } from './failures.ts';
import { migrations } from './migrations.ts';

export type Value = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Something that queries are sent to: a connection inside a transaction, or any free one. */
export interface Queries {
  all(sql: string, ...values: Value[]): Promise<Row[]>;
  get(sql: string, ...values: Value[]): Promise<Row | undefined>;
  /** @returns how many rows it changed */
  run(sql: string, ...values: Value[]): Promise<number>;
}

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
  static async open(url: string, connections: number): Promise<Database> {
    const pool = new Pool({ ...connectionOf(url), max: connections, types: parsers });
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
      await database.#migrate();
      return database;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  async all(sql: string, ...values: Value[]): Promise<Row[]> {
    if (this.#closed) throw new StoreError('closed');
    try {
      return (await this.#pool.query<Row>(sql, values.map(storable))).rows;
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  async get(sql: string, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all(sql, ...values))[0];
  }

  async run(sql: string, ...values: Value[]): Promise<number> {
    if (this.#closed) throw new StoreError('closed');
    try {
      return (await this.#pool.query(sql, values.map(storable))).rowCount ?? 0;
    } catch (error) {
      throw postgresFailure(error);
    }
  }

  /** Runs work in one transaction, answering after its COMMIT. What work throws undoes it. */
  async transaction<T>(work: (queries: Queries) => Promise<T>, begin = 'BEGIN'): Promise<T> {
    if (this.#closed) throw new StoreError('closed');
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw postgresFailure(error);
    }
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query(begin);
      const result = await work(queriesOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken ??= failure;
      });
      throw postgresFailure(error);
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  }

  /** The same for work that may be run twice: it is, when two transactions waited for each other, and when it asks for it. */
  async repeatable<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
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

  async #migrate(): Promise<void> {
    // Two replicas may start at once: the second waits for the first at the row, or trips over the table's name once.
    const make = `CREATE TABLE IF NOT EXISTS otaplan_schema (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL)`;
    await this.run(make).catch(() => this.run(make));
    await this.run('INSERT INTO otaplan_schema (version) VALUES (0) ON CONFLICT DO NOTHING');
    await this.transaction(async (queries) => {
      const version = Number((await queries.get('SELECT version FROM otaplan_schema FOR UPDATE'))?.['version']);
      if (version > migrations.length) {
        throw new StoreError('newer', `schema ${version}, this version knows ${migrations.length}`);
      }
      for (const migration of migrations.slice(version)) {
        if (typeof migration === 'string') await queries.run(migration);
        else await migration(queries);
      }
      if (version < migrations.length) await queries.run('UPDATE otaplan_schema SET version = $1', migrations.length);
    });
  }
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

function queriesOf(client: Pick<Client, 'query'>): Queries {
  const ask = async (sql: string, values: Value[]) =>
    // Without values the simple protocol takes several statements at once, which a migration is.
    values.length === 0 ? client.query<Row>(sql) : client.query<Row>(sql, values.map(storable));
  return {
    all: async (sql, ...values) => (await ask(sql, values)).rows,
    get: async (sql, ...values) => (await ask(sql, values)).rows[0],
    run: async (sql, ...values) => (await ask(sql, values)).rowCount ?? 0,
  };
}

function storable(value: Value): Value {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map((each) => storable(each as Value)) as Value;
  return value;
}
