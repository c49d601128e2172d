import type { NewAudit } from '../registry.ts';
import { prepared, type Queries, type Value } from './queries.ts';

const insert = prepared(
  'INSERT INTO audit (account, time, who, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)',
);

/** Adds a line to the audit trail inside the transaction that does what it tells. */
export async function appendAudit(queries: Pick<Queries, 'run'>, entry: NewAudit): Promise<void> {
  await queries.run(insert, ...valuesOf(entry));
}

/** The same in a transaction that does not wait for it. */
export function sendAudit(transaction: { send(sql: typeof insert, ...values: Value[]): void }, entry: NewAudit): void {
  transaction.send(insert, ...valuesOf(entry));
}

function valuesOf({ account, time, who, action, subject, detail }: NewAudit): Value[] {
  return [account, time, who, action, subject, detail];
}
