import type { PlanRecord } from '../plans.ts';
import type { AuditRecord } from '../registry.ts';
import type { Row } from './row.ts';

/** What an entry says of the plan that it is about. */
export function about({ account, document }: PlanRecord): Pick<AuditRecord, 'account' | 'subject'> {
  return { account, subject: document.name };
}

/** A row of `audit`. */
export function auditOf(row: Row): AuditRecord {
  return {
    id: Number(row['id']),
    account: String(row['account']),
    time: Number(row['time']),
    who: String(row['who']),
    action: String(row['action']),
    subject: String(row['subject']),
    detail: String(row['detail']),
  };
}
