import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { CliError, exits } from './io.ts';

/** Text of a file that is to be rewritten. One that is not UTF-8 is refused: what could not be read would be lost. */
export function readForRewriting(path: string, shownAs: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(exits.usage, `${shownAs} is not UTF-8. Save it as UTF-8 first.`);
    throw new CliError(exits.usage, `${shownAs} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Writes beside and renames over: a full disk or a kill leaves the old file whole. */
export function rewrite(path: string, shownAs: string, text: string): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text, { mode: statSync(path).mode });
    renameSync(beside, path);
  } catch (error) {
    throw new CliError(exits.usage, `${shownAs} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Writes a file that must not exist yet. */
export function writeNew(path: string, shownAs: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new CliError(exits.no, `${shownAs} exists. Choose another name, or remove it first.`);
    throw new CliError(exits.usage, `${shownAs} cannot be written (${code}).`);
  }
}
