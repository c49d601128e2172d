import { type AccessKey, roles } from '../accounts.ts';
import type { Row } from './row.ts';

/** A row of `access_key`. */
export function accessKeyOf(row: Row): AccessKey {
  return {
    key: String(row['key']),
    role: roles.find((name) => name === row['role']) ?? 'viewer',
    secret: String(row['secret']),
    name: String(row['name']),
    createdAt: Number(row['created_at']),
  };
}
