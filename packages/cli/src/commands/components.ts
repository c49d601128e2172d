import { componentStatuses, statusLabel } from '@otaplan/model';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import type { Io } from '../io.ts';
import { shown, table, writeJson } from '../text/shown.ts';

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('<plan>', 'name or id of the plan')
    .argument('<device>', 'device key')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan components "Water meter 2.4" 866123040000011')
    .action(async (argument: string, deviceKey: string, options: ConnectionOptions & { json?: boolean }) => {
      const client = await connect(io, options);
      try {
        const { plan } = await findPlan(client, argument, io.signal);
        const components = await client.plans.components(plan.id, deviceKey, { signal: io.signal });
        if (options.json) return await writeJson(io, components);
        const rows = components.map((c) => [
          shown(c.identifier),
          c.type,
          `${shown(c.sourceVersion ?? '–')} → ${shown(c.targetVersion)}`,
          shown(statusLabel(componentStatuses, c.status)),
          c.status === 'downloading' || c.status === 'upgrading' ? `${c.progress} %` : '',
          `${c.attempts} attempt${c.attempts === 1 ? '' : 's'}`,
        ]);
        await io.stdout.write(table(rows));
      } finally {
        await client.close();
      }
    });
}
