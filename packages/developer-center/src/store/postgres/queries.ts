import type { Client, Pool, QueryResult } from 'pg';
import type { Row } from '../rows/row.ts';
import { storableValues } from '../rows/text.ts';

export type Value = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** A statement that every connection plans once. It must name its columns: `*` breaks when a newer version adds one. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}
export type Statement = string | Prepared;

let preparedSoFar = 0;

/** For statements of the paths that many devices take. Made once, at the top of a module. */
export function prepared(text: string): Prepared {
  return { name: `otaplan_${++preparedSoFar}`, text };
}

/** Something that queries are sent to: a connection inside a transaction, or any free one. */
export interface Queries {
  all(sql: Statement, ...values: Value[]): Promise<Row[]>;
  get(sql: Statement, ...values: Value[]): Promise<Row | undefined>;
  /** @returns how many rows it changed */
  run(sql: Statement, ...values: Value[]): Promise<number>;
}

export async function ask(
  to: Pick<Client, 'query'> | Pool,
  sql: Statement,
  values: Value[],
): Promise<QueryResult<Row>> {
  const config = typeof sql === 'string' ? { text: sql } : sql;
  // Without values the simple protocol takes several statements at once, which a migration is.
  return values.length === 0
    ? to.query<Row>(config)
    : to.query<Row>({ ...config, values: storableValues(values.map(storable)) });
}

/**
 * One transaction on one connection. What is asked goes out at once and is done in order, so that several statements which do not depend
 * on each other's answers cost one round trip.
 */
export class Transaction implements Queries {
  readonly #client: Pick<Client, 'query'>;
  readonly #sent: Promise<unknown>[] = [];
  /** Why the first statement that was sent without waiting failed. */
  failure: unknown;

  constructor(client: Pick<Client, 'query'>) {
    this.#client = client;
  }

  async all(sql: Statement, ...values: Value[]): Promise<Row[]> {
    return (await ask(this.#client, sql, values)).rows;
  }

  async get(sql: Statement, ...values: Value[]): Promise<Row | undefined> {
    return (await this.all(sql, ...values))[0];
  }

  async run(sql: Statement, ...values: Value[]): Promise<number> {
    return (await ask(this.#client, sql, values)).rowCount ?? 0;
  }

  /** Sends a statement whose answer nobody needs. The transaction is not committed when it fails. */
  send(sql: Statement, ...values: Value[]): void {
    const sent = ask(this.#client, sql, values);
    sent.catch((error: unknown) => {
      this.failure ??= error;
    });
    this.#sent.push(sent);
  }

  /** Sends the COMMIT behind what was sent, and waits for all of it. */
  async commit(): Promise<void> {
    const committed = this.#client.query('COMMIT');
    committed.catch(() => {});
    await Promise.all(this.#sent);
    // The COMMIT of a void transaction is answered like this, and without an error.
    if ((await committed).command !== 'COMMIT') throw new Error('The transaction was not committed.');
  }
}

function storable(value: Value): Value {
  return Array.isArray(value) ? storableValues(value) : value;
}
