import type { AuditRecord } from '../registry.ts';
import type { Row } from './row.ts';

/** A row of `audit`. */
export function auditOf(row: Row): AuditRecord {
  return {
    id: Number(row['id']),
    time: Number(row['time']),
    who: String(row['who']),
    action: String(row['action']),
    subject: String(row['subject']),
    detail: String(row['detail']),
  };
}
