import type { NewAudit } from '../registry.ts';
import type { Queries } from './database.ts';

/** Adds a line to the audit trail inside the transaction that does what it tells. */
export async function appendAudit(
  queries: Queries,
  { account, time, who, action, subject, detail }: NewAudit,
): Promise<void> {
  const sql = 'INSERT INTO audit (account, time, who, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)';
  await queries.run(sql, account, time, who, action, subject, detail);
}
