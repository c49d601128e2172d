import type { AccessKeyInfo, Client } from '@otaplan/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import type { Io } from '../io.ts';
import { confirm } from '../text/confirm.ts';
import { secretOutput, tellSecret } from '../text/secret.ts';
import { shown, table, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  role: 'viewer' | 'operator' | 'owner';
  overlap?: number;
  secretFile?: string;
  yes?: boolean;
  json?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ otaplan keys\n  $ otaplan keys create "Build server" --role operator --secret-file ./secret\n  $ otaplan keys rotate AK0123456789abcdef01234567 --overlap 60',
    )
    .action((options: Options) => withClient(io, options, (client) => list(io, client, options)));

  /** The parent knows the connection's options too, and takes them wherever they stand. */
  const action = (name: string, summary: string) =>
    addConnectionOptions(command.command(name).summary(summary).description(summary)).option('--json', 'print JSON');
  const secretFile = () =>
    new Option('--secret-file <file>', 'write the secret to a new file that you alone can read, and do not print it');

  action('create', 'make an access key; its secret is told this once')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--role <role>', 'what it may do').choices(['viewer', 'operator', 'owner']).default('operator'),
    )
    .addOption(secretFile())
    .action((name: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      return withClient(io, options, async (client) => {
        const secret = secretOutput(io, options.secretFile);
        const made = await secret.orRemoved(client.keys.create(name, options.role, { signal: io.signal }));
        await tellSecret(io, made, secret, options.json);
      });
    });
  action('rotate', 'make a key that takes the place of one, which opens on until the overlap is over')
    .argument('<key>', 'the access key')
    .option('--overlap <minutes>', 'how long both open: 0 to 10080; a day when not given', minutes)
    .addOption(secretFile())
    .action((key: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      return withClient(io, options, async (client) => {
        const secret = secretOutput(io, options.secretFile);
        const made = await secret.orRemoved(client.keys.rotate(key, options.overlap, { signal: io.signal }));
        await tellSecret(io, made, secret, options.json);
      });
    });
  action('revoke', 'take an access key away: what it opened is closed at once')
    .argument('<key>', 'the access key')
    .option('--yes', 'do not ask')
    .action((key: string, _: unknown, own: Command) => {
      const options = own.optsWithGlobals<Options>();
      return withClient(io, options, async (client) => {
        if (!options.yes) await confirm(io, `Take ${shown(key)} away at ${client.server}?`);
        await client.keys.revoke(key, { signal: io.signal });
        if (options.json) await writeJson(io, { revoked: key });
        else await io.stderr.write(`${shown(key)} opens nothing any more.\n`);
      });
    });
}

async function withClient(io: Io, options: ConnectionOptions, work: (client: Client) => Promise<void>): Promise<void> {
  const client = await connect(io, options);
  try {
    await work(client);
  } finally {
    await client.close();
  }
}

async function list(io: Io, client: Client, options: Options): Promise<void> {
  const found: AccessKeyInfo[] = [];
  for await (const key of client.keys.list({ signal: io.signal })) found.push(key);
  if (options.json) return await writeJson(io, found);
  const rows = found.map((key) => [
    key.key,
    shown(key.name),
    key.role,
    `made ${key.createdAt.slice(0, 10)}`,
    key.usedAt === null ? 'never used' : `last used ${key.usedAt.slice(0, 10)}`,
    key.expiresAt === null ? '' : `over at ${key.expiresAt}`,
  ]);
  await io.stdout.write(table(rows));
}

function minutes(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 10_080) throw new InvalidArgumentError('An overlap is 0 to 10080 minutes.');
  return number;
}
