import { deviceStatuses, deviceStatusNames, statusLabel } from '@otaplan/model';
import { type Command, Option } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import type { Io } from '../io.ts';
import { colorsFor, shown, writeJsonLine } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  status?: (typeof deviceStatusNames)[number];
  search?: string;
  cause?: string;
  all?: boolean;
  json?: boolean;
}

/** How many are shown to a person who did not ask for all. */
const shownFirst = 100;

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('<plan>', 'name or id of the plan')
    .addOption(new Option('--status <status>', 'only devices in this status').choices(deviceStatusNames))
    .option('--search <text>', 'only devices with this in their key')
    .option('--cause <text>', 'only failed devices of this cause, as `status` counts it')
    .option('--all', `all of them, not only the first ${shownFirst}`)
    .option('--json', 'print a JSON line per device, all of them')
    .addHelpText('after', '\nExample:\n  $ otaplan devices "Water meter 2.4" --status upgradeFailed --json')
    .action(async (argument: string, options: Options) => {
      const client = await connect(io, options);
      try {
        const { signal } = io;
        const { plan } = await findPlan(client, argument, signal);
        const { status, search, cause } = options;
        const limit = options.all || options.json ? 500 : shownFirst;
        const query = {
          limit,
          ...(status ? { status } : {}),
          ...(search ? { search } : {}),
          ...(cause === undefined ? {} : { cause }),
        };
        const colors = colorsFor(io, io.stdout);
        let count = 0;
        for await (const device of client.plans.devices(plan.id, query, { signal })) {
          if (!options.json && !options.all && count === shownFirst) {
            await io.stderr.write(`The first ${shownFirst} are shown; --all shows all.\n`);
            break;
          }
          count++;
          if (options.json) {
            await writeJsonLine(io, device);
            continue;
          }
          const label = shown(statusLabel(deviceStatuses, device.status));
          const painted =
            device.status === 'upgradeFailed'
              ? colors.red(label)
              : device.status === 'upgraded'
                ? colors.green(label)
                : label;
          const cause = device.cause ? `  ${shown(device.cause)}` : '';
          await io.stdout.write(
            `${shown(device.deviceKey)}  ${device.online ? 'online ' : 'offline'}  ${painted}${cause}\n`,
          );
        }
        if (count === 0 && !options.json) await io.stderr.write('No device.\n');
      } finally {
        await client.close();
      }
    });
}
