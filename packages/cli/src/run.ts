import { ClientError } from '@otaplan/client/failures';
import { Command, CommanderError } from 'commander';
import { commandTable } from './command-table.ts';
import { exitOf } from './exit-codes.ts';
import { CliError, exits, type Io } from './io.ts';
import { version } from './version.ts';

/**
 * Runs the command line. Every failure that a user can meet ends here, as a sentence on stderr and an exit code.
 * @param args without the program's own name
 * @returns the exit code
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const errors: string[] = [];
  let code: number = exits.done;
  const program = new Command('otaplan')
    .description('Firmware upgrade plans as code: check, compare, deploy and follow them.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => errors.push(text),
      getOutHelpWidth: () => Math.min(io.stdout.columns, 110),
    })
    .addHelpText('after', '\nExample:\n  $ otaplan check plans/ && otaplan deploy plans/spring.otaplan --activate');
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const wanted = first === 'help' ? second : first;
  try {
    for (const entry of commandTable) {
      const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
      if (wanted !== entry.name) continue;
      const module = await entry.load();
      module.define(command, io, (end) => {
        code = end;
      });
    }
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exits.done;
      await io.stderr.write(errors.join('') || `${error.message}\n`);
      return exits.usage;
    }
    if (error instanceof CliError) {
      if (error.message) await io.stderr.write(`otaplan: ${error.message}\n`);
      return error.exit;
    }
    if (error instanceof ClientError) {
      const { failure } = error;
      const more = failure.kind === 'outcomeUnknown' ? ' “otaplan status” tells.' : '';
      await io.stderr.write(`otaplan: ${error.message}${more}\n`);
      return exitOf(failure);
    }
    if (io.signal.aborted) return exits.interrupted;
    throw error;
  }
}
