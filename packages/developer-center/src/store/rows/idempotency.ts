import type { IdempotencyClaim } from '../accounts.ts';
import type { Row } from './row.ts';

/**
 * What becomes of a request whose key a row of `idempotency` has already; `again`: the row is to be claimed anew.
 * @param held whoever claimed it may still be at it
 */
export function claimOf(
  row: Row,
  fingerprint: string,
  now: number,
  staleAfterMs: number,
  held: boolean,
): IdempotencyClaim {
  if (row['fingerprint'] !== fingerprint) return { kind: 'reused' };
  if (row['status'] !== null) {
    const reply = { status: Number(row['status']), headers: String(row['headers']), body: String(row['body']) };
    return { kind: 'done', reply };
  }
  // A clock that was set back must not keep a claim open for ever, hence the absolute difference.
  const stale = Math.abs(now - Number(row['created_at'])) >= staleAfterMs;
  return held && !stale ? { kind: 'inProgress' } : { kind: 'claimed', again: true };
}
