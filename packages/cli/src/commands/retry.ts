import type { RetryReply } from '@otaplan/client';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { shown, writeJson } from '../text/shown.ts';

/** The most devices that one call names. */
const perCall = 10_000;

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('<plan>', 'name or id of the plan')
    .argument('[device...]', 'keys of failed devices')
    .option('--all-failed', 'every failed device of the plan')
    .option('--json', 'print {accepted, refused} as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan retry "Water meter 2.4" --all-failed')
    .action(
      async (
        argument: string,
        devices: string[],
        options: ConnectionOptions & { allFailed?: boolean; json?: boolean },
      ) => {
        if (options.allFailed ? devices.length > 0 : devices.length === 0) {
          throw new CliError(exits.usage, 'Name the devices to retry, or use --all-failed.');
        }
        const client = await connect(io, options);
        try {
          const { signal } = io;
          const { plan } = await findPlan(client, argument, signal);
          const replies: RetryReply[] = [];
          if (options.allFailed) replies.push(await client.plans.retry(plan.id, { allFailed: true }, { signal }));
          for (let first = 0; first < devices.length; first += perCall) {
            replies.push(
              await client.plans.retry(plan.id, { devices: devices.slice(first, first + perCall) }, { signal }),
            );
          }
          const accepted = replies.flatMap((reply) => reply.accepted);
          const refused = replies.flatMap((reply) => reply.refused);
          const acceptedTotal = replies.reduce((sum, reply) => sum + reply.acceptedTotal, 0);
          const refusedTotal = replies.reduce((sum, reply) => sum + reply.refusedTotal, 0);
          if (options.json) await writeJson(io, { accepted, refused, acceptedTotal, refusedTotal });
          else {
            await io.stdout.write(`${acceptedTotal} to be retried, ${refusedTotal} refused.\n`);
            for (const { deviceKey, reason } of refused)
              await io.stdout.write(`${shown(deviceKey)}: ${shown(reason)}\n`);
          }
          exit(refusedTotal > 0 ? exits.no : exits.done);
        } finally {
          await client.close();
        }
      },
    );
}
