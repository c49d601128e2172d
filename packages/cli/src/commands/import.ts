import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { printPlan } from '@otaplan/language';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('<plan>', 'name or id of the plan')
    .option('-o, --output <file>', 'write to a new file instead of stdout')
    .option('--json', 'print {plan, text} as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan import "Water meter 2.4" -o spring.otaplan')
    .action(async (argument: string, options: ConnectionOptions & { output?: string; json?: boolean }) => {
      const target = options.output === undefined ? null : resolve(io.cwd, options.output);
      if (target !== null && existsSync(target)) {
        throw new CliError(exits.no, `${options.output} exists. Choose another name, or remove it first.`);
      }
      const client = await connect(io, options);
      try {
        const { plan } = await findPlan(client, argument, io.signal);
        const { document } = await client.plans.get(plan.id, { signal: io.signal });
        const text = printPlan(document);
        if (options.json) await writeJson(io, { plan: plan.name, text });
        if (target === null) return options.json ? undefined : await io.stdout.write(text);
        try {
          writeFileSync(target, text, { flag: 'wx' });
        } catch (error) {
          throw new CliError(
            exits.usage,
            `${options.output} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
          );
        }
        await io.stderr.write(`${options.output} written.\n`);
      } finally {
        await client.close();
      }
    });
}
