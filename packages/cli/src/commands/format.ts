import { text as readAll } from 'node:stream/consumers';
import { format } from '@otaplan/language';
import type { Command } from 'commander';
import { CliError, exits, type Io } from '../io.ts';
import { slashPath } from '../paths.ts';
import { findPlanFiles } from '../sources.ts';
import { shown, writeJson } from '../text/shown.ts';
import { readForRewriting, rewrite } from '../text-files.ts';

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[path...]', 'files or folders', ['.'])
    .option('--check', 'change nothing; exit 1 when a file is not in canonical form')
    .option('--stdin', 'read from stdin, write to stdout')
    .option('--json', 'print which files were (or would be) changed as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan format --check plans/')
    .action(async (paths: string[], options: { check?: boolean; stdin?: boolean; json?: boolean }) => {
      if (options.stdin) {
        const text = await readAll(io.stdin);
        const result = format(text);
        if (result.kind === 'refused') throw new CliError(exits.no, result.reason);
        if (!options.check) await io.stdout.write(result.text);
        exit(options.check && result.text !== text ? exits.no : exits.done);
        return;
      }
      const changed: string[] = [];
      const refused: { file: string; reason: string }[] = [];
      for (const path of findPlanFiles(io, paths)) {
        const file = slashPath(io.cwd, path);
        const text = readForRewriting(path, file);
        const result = format(text);
        if (result.kind === 'refused') refused.push({ file, reason: result.reason });
        else if (result.text !== text) {
          changed.push(file);
          if (!options.check) rewrite(path, file, result.text);
        }
      }
      for (const { file, reason } of refused) await io.stderr.write(`otaplan: ${shown(file)}: ${shown(reason)}\n`);
      if (options.json) await writeJson(io, { changed, refused });
      else
        for (const file of changed)
          await io.stdout.write(`${shown(file)}${options.check ? ' is not in canonical form' : ''}\n`);
      exit(refused.length > 0 || (options.check && changed.length > 0) ? exits.no : exits.done);
    });
}
