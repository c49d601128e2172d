import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { NewAccessKey } from '@otaplan/client';
import { CliError, exits, type Io } from '../io.ts';
import { shown, writeJson } from './shown.ts';

/** Where a new secret goes: to a file that was made for it before anything was asked for, or to stdout. */
export interface SecretOutput {
  /** `null`: stdout. */
  readonly file: string | null;
  /** Awaits what makes the secret; when that fails, the empty file is taken away again. */
  orRemoved<T>(work: Promise<T>): Promise<T>;
  write(secret: string): void;
}

/**
 * Makes the file, which only its owner can read. One that is there already is never written over.
 * @throws CliError when the file is there or cannot be made: nothing was asked for yet
 */
export function secretOutput(io: Io, name: string | undefined): SecretOutput {
  if (name === undefined) return { file: null, orRemoved: (work) => work, write() {} };
  const file = resolve(io.cwd, name);
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o600);
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new CliError(exits.usage, there ? `${name} is there already; give another.` : `${name} cannot be written.`);
  }
  return {
    file,
    async orRemoved(work) {
      try {
        return await work;
      } catch (error) {
        closeSync(handle);
        rmSync(file);
        throw error;
      }
    },
    write(secret) {
      writeSync(handle, `${secret}\n`);
      closeSync(handle);
    },
  };
}

/** Hands a new key over: its secret is told this once. */
export async function tellSecret(io: Io, made: NewAccessKey, to: SecretOutput, json = false): Promise<void> {
  const { secret, ...key } = made;
  to.write(secret);
  const { file } = to;
  if (json) return await writeJson(io, file === null ? made : { ...key, secretFile: file });
  await io.stderr.write(`Access key “${shown(made.name)}” (${made.role}). Its secret is told this once.\n`);
  await io.stdout.write(`${made.key}\n${file === null ? secret : `secret in ${file}`}\n`);
}
