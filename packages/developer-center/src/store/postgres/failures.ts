import { StoreError } from '../store-error.ts';

/**
 * Names a failure of PostgreSQL by its code (https://www.postgresql.org/docs/current/errcodes-appendix.html) or of the connection to
 * it; other errors pass as they are. What it says never holds the database's address: that may have a password in it.
 */
export function postgresFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === '53100') return new StoreError('full', '', error);
  if (code === '25006') return new StoreError('readOnly', 'the database takes no writes', error);
  if (code.startsWith('XX')) return new StoreError('corrupt', error.message, error);
  if (isUnreachable(error, code)) return new StoreError('unreachable', code || error.message, error);
  if (/^[0-9A-Z]{5}$/.test(code)) return new StoreError('failed', `${code}: ${error.message}`, error);
  return error;
}

/** Wrong user or password, connections refused or broken off, and a server that is starting or stopping. */
function isUnreachable(error: Error, code: string): boolean {
  if (/^(08|28|3D|57P|53300|25P03)/.test(code)) return true;
  if (/^(ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT|EAI_AGAIN)/.test(code)) return true;
  return /connection terminated|timeout exceeded when trying to connect|client was closed|not queryable|SASL/i.test(
    error.message,
  );
}

/** Two transactions waited for each other; the one that is told so did nothing and may be tried again. */
export function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}

/** The constraint that a row would have broken, `null` when it was something else. */
export function brokenConstraint(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '23505') return null;
  return 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : null;
}
