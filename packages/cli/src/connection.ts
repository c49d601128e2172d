import {
  type Client,
  ClientError,
  type Credentials,
  createClient,
  isFailure,
  type PlanOverview,
} from '@otaplan/client';
import type { Command } from 'commander';
import { readConfig } from './config.ts';
import { CliError, exits, type Io } from './io.ts';
import { openKeychain } from './keychain.ts';
import { shown } from './text/shown.ts';

export interface ConnectionOptions {
  server?: string;
  connection?: string;
}

/** Adds the options that say which Developer Center is meant. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option('--server <url>', 'address of Developer Center (or OTAPLAN_SERVER)')
    .option('--connection <name>', 'a connection of otaplan.config.json');
}

/** The address that is meant: --connection, --server (or OTAPLAN_SERVER), the default connection. Throws a CliError when there is none. */
export async function serverOf(io: Io, options: ConnectionOptions): Promise<string> {
  const fromConfig = async (name: string | undefined) => {
    const config = await readConfig(io.cwd);
    const wanted = name ?? config.default;
    if (wanted === undefined) return null;
    const found = Object.hasOwn(config.connections, wanted) ? config.connections[wanted] : undefined;
    if (found) return found.server;
    const known = Object.keys(config.connections).map((known) => `“${known}”`);
    throw new CliError(
      exits.usage,
      `There is no connection “${wanted}” in otaplan.config.json${known.length > 0 ? `; there are ${known.join(', ')}` : ''}.`,
    );
  };
  const server =
    options.connection === undefined
      ? (options.server ?? (io.env['OTAPLAN_SERVER'] || (await fromConfig(undefined))))
      : await fromConfig(options.connection);
  if (server === null) {
    throw new CliError(
      exits.usage,
      'Which Developer Center? Use --server URL, OTAPLAN_SERVER, or a connection in otaplan.config.json.',
    );
  }
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new CliError(exits.usage, `“${server}” is not the address of a server. It begins with https:// or http://.`);
  }
  const url = new URL(server);
  if (url.username || url.password) {
    throw new CliError(
      exits.usage,
      'The address holds a password. Give the access key in OTAPLAN_ACCESS_KEY and OTAPLAN_ACCESS_SECRET.',
    );
  }
  return url.origin;
}

/** The access key: from the environment, else from the keychain. Throws a CliError that says where to put it. */
async function credentialsOf(io: Io, server: string): Promise<Credentials> {
  const { OTAPLAN_ACCESS_KEY: accessKey, OTAPLAN_ACCESS_SECRET: accessSecret } = io.env;
  if (accessKey && accessSecret) return { accessKey, accessSecret };
  if (accessKey || accessSecret) {
    throw new CliError(
      exits.unreachable,
      `${accessKey ? 'OTAPLAN_ACCESS_SECRET' : 'OTAPLAN_ACCESS_KEY'} is not set; both are needed.`,
    );
  }
  const kept = (await openKeychain())?.read(server);
  if (kept) return kept;
  throw new CliError(
    exits.unreachable,
    `No access key for ${server}. Set OTAPLAN_ACCESS_KEY and OTAPLAN_ACCESS_SECRET, or run “otaplan login”.`,
  );
}

/** A client of the Developer Center that the options mean. */
export async function connect(io: Io, options: ConnectionOptions): Promise<Client> {
  const server = await serverOf(io, options);
  const credentials = await credentialsOf(io, server);
  return createClient({ server, ambient: io.ambient, credentials: async () => credentials });
}

/** The plan that an argument names: by its name, else by its id. Throws a CliError when there is none. */
export async function findPlan(client: Client, argument: string, signal: AbortSignal): Promise<PlanOverview> {
  const byName = await client.plans.find(argument, { signal });
  if (byName) return byName;
  try {
    if (/^[\w-]{1,64}$/.test(argument)) return await client.plans.summary(argument, { signal });
  } catch (error) {
    if (!(error instanceof ClientError) || !isFailure(error, 'problem')) throw error;
  }
  throw new CliError(
    exits.no,
    `There is no plan “${shown(argument)}” at ${client.server}. “otaplan status” lists them.`,
  );
}
