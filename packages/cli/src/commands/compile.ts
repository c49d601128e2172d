import type { Command } from 'commander';
import { compileFiles } from '../compiled.ts';
import type { Io } from '../io.ts';
import { findPlanFiles } from '../sources.ts';
import { writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  command
    .argument('<file...>', 'files with plans')
    .option('--plan <name>', 'only the plan of this name')
    .option('--json', 'JSON is what it always prints')
    .addHelpText('after', '\nExample:\n  $ otaplan compile spring.otaplan --plan "Water meter 2.4"')
    .action(async (files: string[], options: { plan?: string }) => {
      const { plans } = await compileFiles(
        io,
        findPlanFiles(io, files),
        options.plan === undefined ? {} : { plan: options.plan },
      );
      await writeJson(io, plans);
    });
}
