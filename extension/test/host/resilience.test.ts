import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Node } from '../../src/features/monitor/nodes.ts';
import { activate, type Distant, distantKey, distantPlan, failing, request, startDistant } from './distant.ts';
import { until } from './help.ts';
import { children, inside } from './rollout.ts';

/** What the tree shows of a connection, as a person reads it: rows below it and what they say. */
async function shown(connection: string): Promise<readonly string[]> {
  const { tree } = await inside();
  const center = (await children()).find((row) => row.connection === connection);
  const lines: string[] = [];
  for (const row of await children(center)) lines.push(words(await tree.provider.getTreeItem(row)));
  return lines;
}
const words = (item: vscode.TreeItem) => `${item.label} · ${item.description ?? ''}`;

async function rowsBelow(connection: string, planId: string): Promise<readonly Node[]> {
  const center = (await children()).find((row) => row.connection === connection);
  const plan = (await children(center)).find((row) => row.kind === 'plan' && row.planId === planId);
  return plan ? await children(plan) : [];
}

suite('resilience', () => {
  let distant: Distant;
  let planId: string;
  const name = 'Distant rollout';
  suiteSetup(async function () {
    this.timeout(120_000);
    distant = await startDistant(4);
    planId = await activate(distant, distantPlan(name, '2.0.0'));
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    await says('the plan', (lines) => lines.some((line) => line.startsWith(name)));
  });
  suiteTeardown(() => distant.end());

  const says = (what: string, test: (lines: readonly string[]) => boolean, limit = 60_000) =>
    until(what, async () => test(await shown(distant.name)), limit);
  const failed = (count: number) => (lines: readonly string[]) =>
    lines.some((line) => line.startsWith(name) && line.includes(`${count} failed`));
  const quiet = (lines: readonly string[]) => lines.every((line) => !/right at/.test(line));
  /** A device of a number asks, and fails. */
  async function fail(index: number): Promise<void> {
    const key = distantKey(index);
    await distant.report(key, [request('1.0.0')]);
    await distant.report(key, failing(planId, 1, 'no space'));
  }

  test('a device that fails is seen at once', async () => {
    await fail(0);
    await says('one failed', failed(1));
    const [group] = await rowsBelow(distant.name, planId);
    assert.ok(group?.kind === 'group' && group.status === 'upgradeFailed');
    const [device] = await children(group);
    assert.ok(device?.kind === 'device' && device.device.deviceKey === distantKey(0));
  });

  test('network cut: what was known stays, with when it was right; mended, what happened meanwhile is there', async function () {
    this.timeout(120_000);
    await distant.line.cut();
    await says('the trouble', (lines) => /right at \d.*next try at \d/.test(lines[0] ?? ''));
    assert.ok(failed(1)(await shown(distant.name)), 'the plan stays');
    await fail(1);
    await distant.line.mend();
    await says('two failed', failed(2));
    await says('no trouble', quiet);
    const [group] = await rowsBelow(distant.name, planId);
    await until('both devices', async () => (await children(group)).length === 2);
  });

  test('server killed and started again', async function () {
    this.timeout(120_000);
    await distant.kill();
    await says('the trouble', (lines) => /right at/.test(lines[0] ?? ''));
    await distant.start();
    await fail(2);
    await says('three failed', failed(3));
    await says('no trouble', quiet);
  });

  test('token expired: a new one is fetched, and nobody is asked', async function () {
    this.timeout(120_000);
    const logIns = () => distant.line.requests.filter((line) => line.endsWith('accessKeyLogin')).length;
    const before = logIns();
    distant.line.expireTokens();
    await distant.line.cut();
    await distant.line.mend();
    await fail(3);
    await says('four failed', failed(4));
    await says('no trouble', quiet);
    assert.equal(logIns(), before + 1);
  });

  test('a plan that is deleted elsewhere goes', async () => {
    const { client } = distant;
    const other = 'Soon gone';
    const created = await client.plans.create(distantPlan(other, '3.0.0'));
    await says('the other plan', (lines) => lines.some((line) => line.startsWith(other)));
    const row = { connection: distant.name, planId: created.plan.id };
    await vscode.commands.executeCommand('otaplan.openDashboard', row);
    await client.plans.delete(created.plan.id, created.plan.revision);
    await says('it is gone', (lines) => lines.every((line) => !line.startsWith(other)));
    assert.ok(failed(4)(await shown(distant.name)), 'the other stays');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('hidden, nothing is asked for and nothing drawn', async () => {
    const { tree } = await inside();
    await vscode.commands.executeCommand('workbench.view.explorer');
    await until('hidden', () => !tree.isVisible());
    // What the language's rules know of packages is read now and then, whoever looks; plans are the monitor's.
    const asked = () => distant.line.requests.filter((line) => line.includes('/plans')).length;
    // what was under way when it was hidden comes to its end
    await until('quiet', async () => {
      const before = asked();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return asked() === before;
    });
    const [requests, drawn] = [asked(), tree.redraws()];
    await distant.client.plans.act('suspend', planId);
    // The stream is open for who wants to be told of a halted plan: it brings the news without a request.
    const { lives } = await inside();
    await until('the news', () => lives.of(distant.name)?.store.plan(planId)?.plan.status === 'suspended');
    assert.deepEqual([asked(), tree.redraws()], [requests, drawn]);
    await vscode.commands.executeCommand('otaplan.monitor.focus');
    await says('suspended', (lines) => lines.some((line) => line.startsWith(name) && line.includes('Suspended')));
  });
});
