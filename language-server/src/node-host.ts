import { createHash } from 'node:crypto';
import { createReadStream, type Dirent, readFileSync, realpathSync, statSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Answer, FileFacts } from '@otaplan/language';
import type { Host } from './host.ts';
import { normalUri } from './uris.ts';

const skipped = new Set(['node_modules', '.git', '.hg', '.svn', 'dist', 'out']);
/** Larger lists and sources are refused; the language itself stops at 16 MiB. */
const mostBytes = 64 * 1024 * 1024;
/** Files up to this size are read at once: by the pool of threads, one that lies in the cache takes ten times as long. */
const mostAtOnce = 256 * 1024;

/** Files and clock of the machine. Digests are kept by size and time of change, so that a package is read once. */
export function nodeHost(): Host {
  const digests = new Map<string, { readonly key: string; readonly facts: FileFacts }>();
  return {
    now: () => Date.now(),
    ticks: () => performance.now(),
    zoneDataVersion: process.versions['tz'] ?? 'unknown',
    soon: (work) => void setImmediate(work),
    after: (milliseconds, work) => {
      const timer = setTimeout(work, milliseconds);
      return () => clearTimeout(timer);
    },
    findFiles: async (folder) => {
      const start = toPath(folder);
      return start === undefined ? [] : find(start);
    },
    readText: (uri, folders) =>
      reading(uri, folders, async (file) => {
        const facts = statSync(file);
        if (facts.size > mostBytes) return { kind: 'bad', reason: 'it is over 64 MiB' };
        const small = facts.isFile() && facts.size <= mostAtOnce;
        return { kind: 'good', value: small ? readFileSync(file, 'utf8') : await readFile(file, 'utf8') };
      }),
    fileFacts: (uri, folders) =>
      reading(uri, folders, async (file) => {
        const { size, mtimeMs } = await stat(file);
        const key = `${size} ${mtimeMs}`;
        const known = digests.get(file);
        if (known?.key === key) return { kind: 'good', value: known.facts };
        const facts = { size, sha256: await digest(file) };
        digests.set(file, { key, facts });
        return { kind: 'good', value: facts };
      }),
    list: async (folder) => {
      const start = toPath(folder);
      const entries = start === undefined ? [] : await entriesOf(start);
      return entries
        .filter(({ name }) => !name.startsWith('.'))
        .map((each) => (each.isDirectory() ? `${each.name}/` : each.name));
    },
  };
}

function toPath(uri: string): string | undefined {
  try {
    return fileURLToPath(uri);
  } catch {
    return undefined;
  }
}

/** Reads a file that, all links followed, lies in one of the folders. */
async function reading<T>(
  uri: string,
  folders: readonly string[],
  read: (file: string) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const file = toPath(uri);
  if (file === undefined) return { kind: 'notKnown' };
  try {
    const real = realpathSync.native(file);
    const inside = folders.some((folder) => {
      const start = toPath(folder);
      if (start === undefined) return false;
      const root = realpathSync.native(start);
      return real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
    });
    if (!inside) return { kind: 'bad', reason: 'it lies outside the workspace folder' };
    return await read(real);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? 'there is no such file'
        : code === 'EACCES' || code === 'EPERM'
          ? 'it may not be read'
          : code === 'EISDIR'
            ? 'it is a folder'
            : `it cannot be read (${code ?? 'unknown cause'})`;
    return { kind: 'bad', reason };
  }
}

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Links to folders are followed once: a ring of links has an end. */
async function find(start: string): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  const visit = async (folder: string): Promise<void> => {
    const real = await realpath(folder).catch(() => folder);
    if (seen.has(real)) return;
    seen.add(real);
    const folders: string[] = [];
    const uriIn = namer(folder);
    for (const entry of await entriesOf(folder)) {
      const file = path.join(folder, entry.name);
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await isDirectory(file)));
      if (isFolder) {
        if (!skipped.has(entry.name)) folders.push(file);
      } else if (entry.name.endsWith('.otaplan')) found.push(uriIn(entry.name));
    }
    for (const each of folders) await visit(each);
  };
  await visit(start);
  return found;
}

/** Makes the addresses of files in a folder: plain names need no work of their own. */
function namer(folder: string): (name: string) => string {
  const start = normalUri(pathToFileURL(folder).href).replace(/\/$/, '');
  return (name) =>
    /^[\w.-]+$/.test(name) ? `${start}/${name}` : normalUri(pathToFileURL(path.join(folder, name)).href);
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function isDirectory(file: string): Promise<boolean> {
  return stat(file).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
