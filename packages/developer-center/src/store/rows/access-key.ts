import { type AccessKey, roles } from '../accounts.ts';
import { numberOrNull, type Row } from './row.ts';

/** A row of `access_key`. */
export function accessKeyOf(row: Row): AccessKey {
  return {
    key: String(row['key']),
    account: String(row['account']),
    role: roles.find((name) => name === row['role']) ?? 'viewer',
    secret: String(row['secret']),
    name: String(row['name']),
    createdAt: Number(row['created_at']),
    expiresAt: numberOrNull(row['expires_at']),
    usedAt: numberOrNull(row['used_at']),
  };
}
