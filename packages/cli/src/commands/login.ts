import { text as readAll } from 'node:stream/consumers';
import { createClient } from '@otaplan/client';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, serverOf } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { openKeychain } from '../keychain.ts';
import { ask } from '../text/confirm.ts';
import { writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .option('--json', 'print {server, role} as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan login --server https://iot-api.acceleronix.io')
    .action(async (options: ConnectionOptions & { json?: boolean }) => {
      const server = await serverOf(io, options);
      const keychain = await openKeychain();
      if (keychain === null) {
        throw new CliError(
          exits.no,
          'This system has no keychain that can be used. Set OTAPLAN_ACCESS_KEY and OTAPLAN_ACCESS_SECRET instead.',
        );
      }
      const credentials = await readCredentials(io);
      const client = createClient({ server, ambient: io.ambient, credentials: async () => credentials });
      try {
        const info = await client.serverInfo({ signal: io.signal });
        keychain.write(server, credentials);
        const where = keychain.lasting ? 'the system keychain' : 'the kernel’s keyring, until this machine restarts';
        await io.stderr.write(`Signed in at ${server} as ${info.role}; the access key is kept in ${where}.\n`);
        if (options.json) await writeJson(io, { server, role: info.role });
      } finally {
        await client.close();
      }
    });
}

/** Asked on a terminal, the secret without showing it; else two lines of stdin. Never an argument, which other users could see. */
async function readCredentials(io: Io): Promise<{ accessKey: string; accessSecret: string }> {
  const [accessKey, accessSecret] = io.stdin.isTTY
    ? [await ask(io, 'Access key: ', false), await ask(io, 'Access secret: ', true)]
    : (await readAll(io.stdin)).split(/\r?\n/);
  if (!accessKey?.trim() || !accessSecret?.trim())
    throw new CliError(exits.usage, 'The access key and its secret are both needed.');
  return { accessKey: accessKey.trim(), accessSecret: accessSecret.trim() };
}
