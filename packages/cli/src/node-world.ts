import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer, Catalogue, FileFacts, World } from '@otaplan/language';
import { isWithin } from './paths.ts';

/** Files in a plan are read up to this size; a device list of a million keys has 17 MB. */
const longestText = 256 * 1024 * 1024;

export interface NodeWorldOptions {
  readonly now: number;
  readonly zoneData: string;
  /** Folders outside of which nothing is read, as real paths. */
  readonly folders: readonly string[];
  readonly catalogue?: Catalogue;
}

/** The world as this machine's file system has it. Each file is read once. */
export function nodeWorld(options: NodeWorldOptions): World {
  const texts = new Map<string, Answer<string>>();
  const facts = new Map<string, Answer<FileFacts>>();
  const inside = new Map<string, boolean>();
  const remember = <T>(kept: Map<string, T>, key: string, make: () => T): T => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make();
    kept.set(key, made);
    return made;
  };
  return {
    now: options.now,
    zoneDataVersion: options.zoneData,
    isInside: (uri) => remember(inside, uri, () => isInside(uri, options.folders)),
    readText: (uri) => remember(texts, uri, () => answer(() => readText(fileURLToPath(uri)))),
    fileFacts: (uri) => remember(facts, uri, () => answer(() => readFacts(fileURLToPath(uri)))),
    ...(options.catalogue ? { catalogue: options.catalogue } : {}),
  };
}

/** Whether a file lies in one of the folders also when every symbolic link on its way is followed. */
function isInside(uri: string, folders: readonly string[]): boolean {
  if (!uri.startsWith('file:')) return false;
  const within = (path: string) => folders.some((folder) => isWithin(folder, path));
  let path: string;
  try {
    path = fileURLToPath(uri);
  } catch {
    return false;
  }
  try {
    return within(realpathSync(path));
  } catch {
    // What does not exist cannot be a link; it is judged by its name, so that it can be reported as missing.
    return within(path);
  }
}

function answer<T>(read: () => T): Answer<T> {
  try {
    return { kind: 'good', value: read() };
  } catch (error) {
    return { kind: 'bad', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'it is missing';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read';
    case 'EISDIR':
      return 'it is a folder';
    default:
      return error instanceof Error ? error.message : 'it cannot be read';
  }
}

/** What is not UTF-8 arrives as replacement characters: the language says in which line. */
function readText(path: string): string {
  const { size } = statSync(path);
  if (size > longestText) throw new Error('it is too large');
  return new TextDecoder('utf-8').decode(readFileSync(path));
}

function readFacts(path: string): FileFacts {
  const file = openSync(path, 'r');
  try {
    // Loaded where a package file is read: most checks read none.
    const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let size = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, read));
      size += read;
    }
    return { size, sha256: hash.digest('hex') };
  } finally {
    closeSync(file);
  }
}
