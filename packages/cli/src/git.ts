import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type Answer,
  type FileFacts,
  gather,
  parseAll,
  type ReadDeclared,
  readDeclared,
  Workspace,
} from '@otaplan/language';
import { readBlobs } from './git-blobs.ts';
import { CliError, exits, type Io } from './io.ts';
import { isWithin, slashPath, uriOf } from './paths.ts';

const run = promisify(execFile);
/** A tree of a large repository has a few hundred thousand paths. */
const longestListing = 256 * 1024 * 1024;

/**
 * The plans and packages that paths mean in a revision of the repository, read from that revision's blobs: nothing is checked
 * out. Paths that are not there in that revision declare nothing.
 * @throws CliError when it is no repository, or there is no such revision
 */
export async function declaredAt(io: Io, revision: string, paths: readonly string[]): Promise<ReadDeclared> {
  const git = async (...args: string[]) => {
    const options = { cwd: io.cwd, signal: io.signal, maxBuffer: longestListing };
    return (await run('git', args, options)).stdout;
  };
  const top = await repositoryOf(git);
  const commit = await commitOf(git, revision);
  const tree = new Map<string, string>();
  for (const entry of (await git('ls-tree', '-r', '-z', '--full-tree', commit)).split('\0')) {
    const match = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
    // Links (120000) are not followed, as on disk.
    if (match?.[2] && match[3] && match[1] !== '120000') tree.set(match[3], match[2]);
  }
  const wanted = await insideOf(io, top, paths);
  const roots = [...tree.keys()].filter(
    (path) =>
      wanted.includes(path) || (isPlanPath(path) && wanted.some((at) => at === '' || path.startsWith(`${at}/`))),
  );
  const blobs = readBlobs(top, io.signal);
  try {
    const uri = (path: string) => uriOf(join(top, path));
    const blobOf = (address: string) => tree.get(slashPath(top, fileURLToPath(address)));
    const read = async (address: string): Promise<Buffer | null> => {
      const blob = blobOf(address);
      return blob === undefined ? null : await blobs.read(blob);
    };
    const texts = await Promise.all(
      roots.map(async (path) => [uri(path), (await read(uri(path)))?.toString('utf8') ?? ''] as const),
    );
    const host = {
      isInside: (address: string) => isInside(address, top),
      readText: async (address: string): Promise<Answer<string>> => {
        const content = await read(address);
        return content === null
          ? { kind: 'bad', reason: 'it is missing' }
          : { kind: 'good', value: content.toString('utf8') };
      },
      fileFacts: async (address: string) => factsOf(await read(address)),
    };
    const options = { now: io.ambient.now(), zoneDataVersion: io.zoneData };
    const { sources, world } = await gather(new Map(texts), host, options);
    return readDeclared(
      new Workspace(parseAll(sources), world),
      texts.map(([address]) => address),
    );
  } finally {
    blobs.close();
  }
}

/** Firmware is often kept out of the repository, or as a pointer (Git LFS): then nothing is known of it, which is no error. */
function factsOf(content: Buffer | null): Answer<FileFacts> {
  if (content === null || content.subarray(0, 40).toString('latin1').startsWith('version https://git-lfs')) {
    return { kind: 'notKnown' };
  }
  return { kind: 'good', value: { size: content.length, sha256: createHash('sha256').update(content).digest('hex') } };
}

function isPlanPath(path: string): boolean {
  return path.endsWith('.otaplan') && !/(^|\/)(\.[^/]*|node_modules|dist|out)\//.test(path);
}

function isInside(address: string, top: string): boolean {
  return address.startsWith('file:') && isWithin(top, fileURLToPath(address));
}

/** The paths relative to the top of the repository, with forward slashes; the top itself is ''. */
async function insideOf(io: Io, top: string, paths: readonly string[]): Promise<string[]> {
  const cwd = await realpath(io.cwd);
  return paths.flatMap((path) => {
    const inTop = slashPath(top, resolve(cwd, path));
    return inTop.startsWith('../') || inTop === '..' ? [] : [inTop];
  });
}

type Git = (...args: string[]) => Promise<string>;

async function repositoryOf(git: Git): Promise<string> {
  try {
    return await realpath((await git('rev-parse', '--show-toplevel')).trimEnd());
  } catch {
    throw new CliError(
      exits.usage,
      'This folder is in no Git repository. Use --deployed or --from, or run it where the plans are kept.',
    );
  }
}

async function commitOf(git: Git, revision: string): Promise<string> {
  try {
    return (await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)).trim();
  } catch {
    throw new CliError(exits.usage, `There is no revision “${revision}” in this repository.`);
  }
}
