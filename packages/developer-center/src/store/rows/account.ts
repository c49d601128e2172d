import type { AccountRecord } from '../accounts.ts';
import { numberOrNull, type Row } from './row.ts';

/** A row of `account`. */
export function accountOf(row: Row): AccountRecord {
  return {
    id: String(row['id']),
    name: String(row['name']),
    createdAt: Number(row['created_at']),
    closedAt: numberOrNull(row['closed_at']),
  };
}
