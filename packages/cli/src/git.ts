import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Plan } from '@otaplan/model';
import { compileFiles } from './compiled.ts';
import { CliError, exits, type Io } from './io.ts';
import { findPlanFiles } from './sources.ts';

const run = promisify(execFile);

/**
 * The plans that paths mean in a revision of the repository, compiled from that revision's own files.
 * Paths that are not there in that revision have no plans.
 * @throws CliError when it is no repository, there is no such revision, or its plans do not compile
 */
export async function plansAt(io: Io, revision: string, paths: readonly string[]): Promise<readonly Plan[]> {
  const git = async (...args: string[]) => (await run('git', args, { cwd: io.cwd, signal: io.signal })).stdout.trim();
  let top: string;
  try {
    top = await git('rev-parse', '--show-toplevel');
  } catch {
    throw new CliError(
      exits.usage,
      'This folder is in no Git repository. Use --deployed, or run it where the plans are kept.',
    );
  }
  let commit: string;
  try {
    commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  } catch {
    throw new CliError(exits.usage, `There is no revision “${revision}” in this repository.`);
  }
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'otaplan-base-')));
  try {
    await unpack(top, commit, folder);
    const cwd = join(folder, relative(await realpath(top), await realpath(io.cwd)));
    if (!existsSync(cwd)) return [];
    const there = paths
      .map((path) => relative(io.cwd, resolve(io.cwd, path)) || '.')
      .filter((path) => existsSync(resolve(cwd, path)));
    if (there.length === 0) return [];
    const inBase = { ...io, cwd };
    const files = findPlanFiles(inBase, there);
    return files.length === 0 ? [] : (await compileFiles(inBase, files, { folder })).plans;
  } catch (error) {
    if (error instanceof CliError && error.message === '') {
      throw new CliError(exits.no, `The plans of revision “${revision}” have errors, so they cannot be compared.`);
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files of a commit, into a folder. */
function unpack(top: string, commit: string, folder: string): Promise<void> {
  return new Promise((done, fail) => {
    const archive = spawn('git', ['archive', '--format=tar', commit], {
      cwd: top,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const tar = spawn('tar', ['-x', '-C', folder], { stdio: ['pipe', 'ignore', 'ignore'] });
    archive.stdout.pipe(tar.stdin);
    tar.stdin.on('error', () => {});
    const failed = () => fail(new CliError(exits.usage, 'The revision could not be unpacked (git archive, tar).'));
    archive.on('error', failed);
    tar.on('error', failed);
    tar.on('close', (code) => (code === 0 ? done() : failed()));
  });
}
