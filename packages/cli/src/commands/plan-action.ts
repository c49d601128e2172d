import { type Client, ClientError, type PlanOverview } from '@otaplan/client';
import { type PlanAction, planActions, planStatuses, planStatusNames, statusLabel } from '@otaplan/model';
import type { Command } from 'commander';
import type { CommandModule } from '../command-table.ts';
import { addConnectionOptions, type ConnectionOptions, connect, findPlan } from '../connection.ts';
import { CliError, exits, type Io } from '../io.ts';
import { confirm } from '../text/confirm.ts';
import { shown, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  yes?: boolean;
  json?: boolean;
}

/** What the plan is after an action; the action again is then done, not refused. */
const after: Readonly<Record<Exclude<PlanAction, 'delete'>, readonly string[]>> = {
  activate: ['toBeUpgraded', 'upgrading', 'suspended'],
  suspend: ['suspended'],
  resume: ['toBeUpgraded', 'upgrading'],
  terminate: ['forcedTermination'],
};
const done = {
  activate: 'activated',
  suspend: 'suspended',
  resume: 'resumed',
  terminate: 'terminated',
  delete: 'deleted',
} as const;

/** One of the console's actions on a plan, as a command. */
export function action(name: PlanAction): CommandModule {
  return {
    define(command: Command, io: Io): void {
      addConnectionOptions(command)
        .argument('<plan>', 'name or id of the plan')
        .option('--yes', 'do not ask')
        .option('--json', 'print the plan as JSON')
        .addHelpText('after', `\nExample:\n  $ otaplan ${name} "Water meter 2.4"`)
        .action(async (argument: string, options: Options) => {
          const client = await connect(io, options);
          try {
            await act(io, client, name, argument, options);
          } finally {
            await client.close();
          }
        });
    },
  };
}

async function act(io: Io, client: Client, name: PlanAction, argument: string, options: Options): Promise<void> {
  const { signal } = io;
  const found = await findPlan(client, argument, signal);
  const { id, revision, status } = found.plan;
  const final = name === 'terminate' || name === 'delete';
  if (final && !options.yes && io.stdin.isTTY && io.stderr.isTerminal) {
    const question = `${name === 'delete' ? 'Delete' : 'End for good'} plan “${shown(found.plan.name)}” (${found.devices.total} devices) at ${client.server}?`;
    await confirm(io, question);
  }
  const known = planStatusNames.find((other) => other === status);
  const already = name !== 'delete' && after[name].includes(status);
  if (already) return await tell(io, found, `was already ${done[name]}`, options);
  if (known && !(planActions[name] as readonly string[]).includes(known)) {
    const open = planActions[name].map((other) => statusLabel(planStatuses, other)).join(' or ');
    throw new CliError(
      exits.no,
      `Plan “${shown(found.plan.name)}” is ${statusLabel(planStatuses, status)}; only one that is ${open} can be ${done[name]}.`,
    );
  }
  if (name === 'delete') {
    await client.plans.delete(id, revision, { signal });
    return await tell(io, found, 'deleted', options);
  }
  let acted: PlanOverview;
  try {
    acted = await client.plans.act(name, id, { signal });
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== 'outcomeUnknown' || signal.aborted) throw error;
    // The reply was lost, not necessarily the deed: the plan itself tells.
    acted = await client.plans.summary(id, { signal }).catch(() => {
      throw error;
    });
    if (!after[name].includes(acted.plan.status)) throw error;
  }
  await tell(io, acted, done[name], options);
}

async function tell(io: Io, overview: PlanOverview, what: string, options: Options): Promise<void> {
  const { plan } = overview;
  await io.stderr.write(`Plan “${shown(plan.name)}” ${what}.\n`);
  if (options.json) await writeJson(io, overview);
}
