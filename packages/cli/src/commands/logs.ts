import { type LogLine, sayFailure } from '@otaplan/client';
import { followLog } from '@otaplan/fleet';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import type { Io } from '../io.ts';
import { shown, writeJsonLine } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  follow?: boolean;
  json?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('<plan>', 'name or id of the plan')
    .argument('<device>', 'device key')
    .argument('[component]', 'component identifier; all components without')
    .option('--follow', 'stay, and print new lines as they come')
    .option('--json', 'print a JSON line per log line')
    .addHelpText('after', '\nExample:\n  $ otaplan logs "Water meter 2.4" 866123040000011 FOTA --follow')
    .action(async (argument: string, deviceKey: string, component: string | undefined, options: Options) => {
      const client = await connect(io, options);
      try {
        const { signal, ambient } = io;
        const { plan } = await findPlan(client, argument, signal);
        const only = component === undefined ? {} : { component };
        if (!options.follow) {
          for await (const line of client.plans.log(plan.id, deviceKey, { limit: 500, ...only }, { signal })) {
            await print(io, line, options.json === true);
          }
          return;
        }
        const onTrouble = (failure: Parameters<typeof sayFailure>[0] | null) => {
          if (failure) void io.stderr.write(`otaplan: ${sayFailure(failure)} Trying again.\n`);
        };
        for await (const batch of followLog(client, {
          planId: plan.id,
          deviceKey,
          ...only,
          signal,
          ambient,
          onTrouble,
        })) {
          for (const line of batch) await print(io, line, options.json === true);
        }
      } finally {
        await client.close();
      }
    });
}

function print(io: Io, line: LogLine, json: boolean): Promise<void> {
  const { time, component, attempt, cause, text, reported } = line;
  if (json) return writeJsonLine(io, { time, component, attempt, cause, text, reported, id: line.id });
  const value = reported === null ? '' : ` [${shown(reported)}]`;
  return io.stdout.write(`${time}  ${shown(component)}  attempt ${attempt}  ${shown(cause)}  ${shown(text)}${value}\n`);
}
