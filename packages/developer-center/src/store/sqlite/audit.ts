import type { NewAudit } from '../registry.ts';
import type { Database } from './database.ts';

/** Adds a line to the audit trail inside the transaction that does what it tells. */
export function appendAudit(db: Database, entry: NewAudit): void {
  db.run(
    'INSERT INTO audit (account, time, who, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)',
    entry.account,
    entry.time,
    entry.who,
    entry.action,
    entry.subject,
    entry.detail,
  );
}
