import type { AccountInfo } from '@otaplan/client';
import { type Command, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';
import { secretOutput, tellSecret } from '../text/secret.ts';
import { shown, table, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  secretFile?: string;
  json?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan accounts\n  $ otaplan accounts open "Northern plant" --secret-file ./secret',
    )
    .action(async (options: Options) => {
      const client = await connect(io, options);
      try {
        const found: AccountInfo[] = [];
        for await (const account of client.accounts.list({ signal: io.signal })) found.push(account);
        if (options.json) return await writeJson(io, found);
        await io.stdout.write(
          table(found.map(({ id, name, createdAt }) => [id, shown(name), `opened ${createdAt.slice(0, 10)}`])),
        );
      } finally {
        await client.close();
      }
    });
  const summary = 'open an account with an owner key of its own; for owners of the first account';
  addConnectionOptions(command.command('open').summary(summary).description(summary))
    .argument('<name>', 'name of the account')
    .addOption(
      new Option('--secret-file <file>', 'write the secret to a new file that you alone can read, and do not print it'),
    )
    .option('--json', 'print the owner key as JSON')
    .action(async (name: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      const client = await connect(io, options);
      try {
        const secret = secretOutput(io, options.secretFile);
        const { key } = await secret.orRemoved(client.accounts.open(name, { signal: io.signal }));
        await tellSecret(io, key, secret, options.json);
      } finally {
        await client.close();
      }
    });
}
