import { StoreError, type StoreFailure } from './store/store-error.ts';

export type StartFailure = 'portInUse' | 'addressNotOurs' | 'portForbidden' | 'brokerRefuses' | StoreFailure;

/** Why the service could not start, in one sentence that says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly failure: StartFailure;

  constructor(failure: StartFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** Names what went wrong at start; what has no name of its own is handed back as it is. */
export function startErrorOf(error: unknown, where: { host: string; port: number; dataDir: string }): unknown {
  if (error instanceof StoreError) return new StartError(error.failure, error.message, error);
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        'portInUse',
        `Port ${portOf(error) ?? where.port} is in use. Choose another one, or 0 for any.`,
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError('addressNotOurs', `${where.host} is not an address of this machine.`, error);
    case 'EACCES':
      if ('syscall' in error && error.syscall === 'listen')
        return new StartError(
          'portForbidden',
          `Port ${portOf(error) ?? where.port} may not be opened by this user.`,
          error,
        );
      return new StartError('readOnly', `The data folder ${where.dataDir} cannot be written.`, error);
    case 'EROFS':
    case 'EPERM':
      return new StartError('readOnly', `The data folder ${where.dataDir} cannot be written.`, error);
    case 'ENOSPC':
      return new StartError('full', `There is no room left in the data folder ${where.dataDir}.`, error);
    default:
      return error;
  }
}

/** The port that a system error is about. */
function portOf(error: Error): number | null {
  return 'port' in error && typeof error.port === 'number' ? error.port : null;
}
