import type { Answer, FileFacts } from '@otaplan/language';

/** What lies around a server: files, clock and time slices. Node and a browser each have their own. */
export interface Host {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only go forward, to measure slices of work. */
  ticks(): number;
  /** Version of the zone data in use. */
  readonly zoneDataVersion: string;
  /** Calls back when messages that wait have had their turn. */
  soon(work: () => void): void;
  /** Calls back after some milliseconds; the result calls it off. */
  after(milliseconds: number, work: () => void): () => void;
  /** Every `.otaplan` file below a folder; folders that hold no sources of a person (`node_modules`, `.git`) are left out. */
  findFiles(folder: string): Promise<readonly string[]>;
  /** Text of a file, as UTF-8; `bad` when it is not there, cannot be read, or a link leads out of the given folders. */
  readText(uri: string, folders: readonly string[]): Promise<Answer<string>>;
  /** Size and SHA-256 of a file. */
  fileFacts(uri: string, folders: readonly string[]): Promise<Answer<FileFacts>>;
  /** Told once when everything that was opened is read and checked. */
  readonly opened?: () => void;
  /** Files that may be named at a place, for completion: names in a folder, folders end with `/`. */
  list(folder: string): Promise<readonly string[]>;
}

/**
 * A host whose callbacks cannot bring the server down: what goes wrong in one is told, and the server goes on with what
 * comes next.
 */
export function guarded(host: Host, tell: (error: unknown) => void): Host {
  const safely = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      tell(error);
    }
  };
  return {
    ...host,
    soon: (work) => host.soon(safely(work)),
    after: (milliseconds, work) => host.after(milliseconds, safely(work)),
  };
}
