import type { AccountInfo } from '@otaplan/client';
import { type Command, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';
import { confirm } from '../text/confirm.ts';
import { secretOutput, tellSecret } from '../text/secret.ts';
import { shown, table, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  secretFile?: string;
  json?: boolean;
  yes?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan accounts\n  $ otaplan accounts open "Northern plant" --secret-file ./secret\n  $ otaplan accounts close acc_3c9d1e7f5a2b4860',
    )
    .action(async (options: Options) => {
      const client = await connect(io, options);
      try {
        const found: AccountInfo[] = [];
        for await (const account of client.accounts.list({ signal: io.signal })) found.push(account);
        if (options.json) return await writeJson(io, found);
        await io.stdout.write(
          table(
            found.map(({ id, name, createdAt, closedAt }) => [
              id,
              shown(name),
              `opened ${createdAt.slice(0, 10)}`,
              closedAt === null ? '' : `closed ${closedAt.slice(0, 10)}`,
            ]),
          ),
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

  for (const [verb, about] of Object.entries(verbs)) {
    addConnectionOptions(command.command(verb).summary(about).description(`${about}; for owners of the first account`))
      .argument('<account>', 'id of the account, as otaplan accounts lists it')
      .option('--yes', 'do not ask')
      .action(async (id: string, _: unknown, own: Command) => {
        const options = own.optsWithGlobals<Options>();
        const client = await connect(io, options);
        try {
          const question = `${verb === 'delete' ? 'Delete' : 'Close'} the account ${shown(id)} at ${client.server}?`;
          if (verb !== 'reopen' && !options.yes) await confirm(io, question);
          if (verb === 'close') await client.accounts.close(id, { signal: io.signal });
          else if (verb === 'reopen') await client.accounts.reopen(id, { signal: io.signal });
          else await client.accounts.delete(id, { signal: io.signal });
          await io.stderr.write(`${shown(id)} ${told[verb as keyof typeof verbs]}\n`);
        } finally {
          await client.close();
        }
      });
  }
}

const verbs = {
  close: 'close an account: its access keys open nothing from now on, and its plans are suspended',
  reopen: 'open a closed account again; its plans stay suspended until they are resumed',
  delete: 'delete a closed account with all that it has, which cannot be undone',
};
const told: Record<keyof typeof verbs, string> = {
  close: 'is closed: its access keys open nothing, its plans are suspended.',
  reopen: 'is open again; its plans stay suspended until they are resumed.',
  delete: 'is deleted with all that it had.',
};
