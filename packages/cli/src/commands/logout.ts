import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, serverOf } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { openKeychain } from '../keychain.ts';
import { writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print {server, removed} as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan logout --server https://iot-api.acceleronix.io')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const server = await serverOf(io, options);
      const keychain = await openKeychain();
      if (keychain === null)
        throw new CliError(exits.no, 'This system has no keychain that can be used; nothing is kept.');
      const removed = keychain.remove(server);
      if (options.json) await writeJson(io, { server, removed });
      await io.stderr.write(
        removed ? `The access key for ${server} was removed.\n` : `There was no access key for ${server}.\n`,
      );
    });
}
