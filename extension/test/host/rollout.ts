import assert from 'node:assert/strict';
import type { PlanOverview } from '@otaplan/client';
import * as vscode from 'vscode';
import type { Node } from '../../src/features/monitor/nodes.ts';
import type { Internals } from '../../src/wiring.ts';
import { activated, answering, messages, until, workspaceFile } from './help.ts';

/** Milliseconds within which the local Developer Center starts and twelve devices come to their end. */
export const rolloutMilliseconds = 240_000;
export const planName = 'Water meter now';

/** A plan that is under way now, for the twelve devices of the list `pilot`. */
export function planNow(name: string, statements = ''): string {
  const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  return `import "catalog.otaplan"

plan "${name}" {
  product   water_meter
  effective ${at(-1)} to ${at(24)} in "Etc/UTC"

  targets {
    include pilot
  }

  upgrade modem    to "2.4.0" from "2.3.0", "2.3.1"
  upgrade main_mcu to "1.9.0" from "1.8.3" using delta

  mode silent

  retry 0 times
${statements}}
`;
}

/** Writes a file of the workspace and waits until the language server knows its plan. */
export async function writePlan(file: string, name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile(file);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const { plans } = await inside();
  await until(`the plan ${name}`, async () => (await plans.places()).some((place) => place.name === name), 60_000);
  return uri;
}

/** Deletes a plan's file and waits until the language server has noticed. */
export async function erasePlan(uri: vscode.Uri, name: string): Promise<void> {
  await vscode.workspace.fs.delete(uri);
  const { plans } = await inside();
  await until(`the end of ${name}`, async () => !(await plans.places()).some((place) => place.name === name), 60_000);
}

/** What the extension shows to tests. */
export async function inside(): Promise<Internals> {
  const { internals } = await activated();
  assert.ok(internals, 'the extension runs in test mode');
  return internals;
}

/** The plan of a name as the extension knows it now, at whichever connection. */
export async function planOf(name: string): Promise<PlanOverview | undefined> {
  const { lives } = await inside();
  return lives
    .all()
    .flatMap((live) => live.plans())
    .find(({ plan }) => plan.name === name);
}

/** Rows of the Upgrade Monitor below a row. */
export async function children(node?: Node): Promise<Node[]> {
  return (await (await inside()).tree.provider.getChildren(node)) ?? [];
}

/** Does something once, for whichever suite asks first. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** Starts the local Developer Center with simulated devices. @returns the file of the plan that is not deployed yet */
export const localCenter = once(async (): Promise<vscode.Uri> => {
  const file = await writePlan('now.otaplan', planName, planNow(planName));
  const settings = vscode.workspace.getConfiguration('otaplan');
  await settings.update('local.speed', 600, vscode.ConfigurationTarget.Global);
  const asked = await answering({}, () => vscode.commands.executeCommand('otaplan.startLocalDeveloperCenter', 500));
  assert.deepEqual(messages(asked), []);
  return file;
});

/** Deploys and activates the plan. @returns the messages that were shown */
export const deployed = once(async (): Promise<readonly string[]> => {
  const file = await localCenter();
  const asked = await answering({ showWarningMessage: () => 'Deploy and Activate' }, () =>
    vscode.commands.executeCommand('otaplan.deployPlan', file),
  );
  await until('the plan in the monitor', () => planOf(planName));
  return messages(asked);
});

/** The rollout at its end: one device failed, since its list says so, the others were upgraded. */
export const rolledOut = once(async (): Promise<PlanOverview> => {
  await deployed();
  await vscode.commands.executeCommand('otaplan.monitor.focus');
  return await until(
    'the end of the rollout',
    async () => {
      const now = await planOf(planName);
      return now && now.devices.upgraded + now.devices.upgradeFailed === now.devices.total ? now : undefined;
    },
    170_000,
  );
});

/** Rows of the rolled-out plan: the connection, the plan, its groups, and the first device of the first group: a failed one, if one failed. */
export async function rolledOutRows() {
  const { plan: info } = await rolledOut();
  const [center] = await children();
  const plan = (await children(center)).find((row) => row.kind === 'plan' && row.planId === info.id);
  assert.ok(plan?.kind === 'plan', 'the plan has a row');
  const groups = await children(plan);
  const [device] = await children(groups[0]);
  return { center, plan, groups, device };
}
