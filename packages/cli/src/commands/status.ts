import type { Client, PlanOverview } from '@otaplan/client';
import { formatRate, planStatuses, statusLabel } from '@otaplan/model';
import type { Command } from 'commander';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import type { Io } from '../io.ts';
import { colorsFor, shown, table, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  watch?: boolean;
  json?: boolean;
}

export function define(command: Command, io: Io): void {
  addConnectionOptions(command)
    .argument('[plan]', 'name or id of a plan; every plan without')
    .option('--watch', 'stay, and show every change')
    .option('--json', 'print JSON; with --watch one line per change')
    .addHelpText('after', '\nExample:\n  $ otaplan status "Water meter 2.4" --watch')
    .action(async (argument: string | undefined, options: Options) => {
      const client = await connect(io, options);
      try {
        const id = argument === undefined ? null : (await findPlan(client, argument, io.signal)).plan.id;
        if (options.watch) {
          const { watch } = await import('../watch.ts');
          await watch(io, client, id, options.json === true);
        } else await once(io, client, id, options.json === true);
      } finally {
        await client.close();
      }
    });
}

async function once(io: Io, client: Client, id: string | null, json: boolean): Promise<void> {
  const { signal } = io;
  const found: PlanOverview[] = [];
  if (id !== null) found.push(await client.plans.summary(id, { signal }));
  else for await (const overview of client.plans.list({}, { signal })) found.push(overview);
  if (json) return await writeJson(io, id === null ? found : found[0]);
  if (found.length === 0) return await io.stdout.write('There are no plans.\n');
  const colors = colorsFor(io, io.stdout);
  const head = [
    'PLAN',
    'STATUS',
    'DEVICES',
    'NOT UPGRADED',
    'UPGRADING',
    'UPGRADED',
    'FAILED',
    'NO UPDATE',
    'SUCCESS',
  ].map(colors.dim);
  const rows = found.map(({ plan, devices, successRate }) => [
    shown(plan.name),
    shown(statusLabel(planStatuses, plan.status)),
    String(devices.total),
    String(devices.notUpgraded),
    String(devices.upgrading),
    String(devices.upgraded),
    devices.upgradeFailed > 0 ? colors.red(String(devices.upgradeFailed)) : '0',
    String(devices.noUpdateRequired),
    formatRate(successRate),
  ]);
  await io.stdout.write(table([head, ...rows]));
  for (const { plan } of found) {
    if (plan.reason) await io.stdout.write(`${shown(plan.name)}: ${shown(plan.reason)}\n`);
  }
}
