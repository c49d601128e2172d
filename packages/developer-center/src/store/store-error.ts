/** Why a store could not do what it was asked, in words that tell what to do. */
export type StoreFailure = 'full' | 'readOnly' | 'corrupt' | 'locked' | 'newer' | 'failed' | 'closed' | 'unreachable';

const advice: Readonly<Record<StoreFailure, string>> = {
  full: 'There is no room left where Developer Center keeps its data. Free some space; nothing acknowledged was lost.',
  readOnly:
    'The data folder cannot be written. Check its permissions and that the file system is not mounted read-only.',
  corrupt: 'The database is damaged. Stop the server and restore the last backup.',
  locked: 'Another Developer Center is running on this data folder. Stop it, or choose another folder.',
  newer: 'The database was written by a newer version of Developer Center. Start that version, or restore a backup.',
  failed: 'The database failed. Nothing of this request was kept.',
  closed: 'The store is closed.',
  unreachable:
    'The database cannot be reached. Check that it runs, its address, and the user name and password; it is tried again by itself.',
};

/** A failure of the store. `failure` tells them apart; `detail` says where. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, detail = '', cause?: unknown) {
    super(detail === '' ? advice[failure] : `${advice[failure]} (${detail})`, { cause });
    this.failure = failure;
  }
}

/** Names a failure of SQLite by its result code (https://www.sqlite.org/rescode.html); other errors pass as they are. */
export function storeErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  switch (error.errcode & 0xff) {
    case 13:
      return new StoreError('full', '', error);
    case 8:
      return new StoreError('readOnly', '', error);
    case 11:
    case 26:
      return new StoreError('corrupt', error.message, error);
    case 5:
    case 6:
      return new StoreError('locked', '', error);
    default:
      return new StoreError('failed', error.message, error);
  }
}
