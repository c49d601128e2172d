import type { PlanOverview, RetryReply } from '@otaplan/client';
import * as vscode from 'vscode';
import { confirm } from '../../infrastructure/choices.ts';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connection, Connections } from '../../infrastructure/connections.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import type { Targets } from '../../infrastructure/targets.ts';

/** What is retried: a row of a device, whoever shows it. */
export interface DeviceRow {
  readonly connection: string;
  readonly planId: string;
  readonly device: { readonly deviceKey: string };
}

/** A device whose retry was refused, with the reason. It has the shape of a device's row, so that commands take it. */
interface Refusal extends DeviceRow {
  readonly kind: 'device';
  readonly planName: string;
  readonly reason: string;
}

/** Retry one device, the selected, or all failed of a plan. Refusals are listed in a view, to be worked through one by one. */
export function retry(host: Host, connections: Connections, lives: Lives, targets: Targets) {
  const log = host.log.of('retry');
  const changed = new vscode.EventEmitter<void>();
  let refusals: readonly Refusal[] = [];
  /** Refused devices that Developer Center counted but did not name, by plan. */
  const unnamed = new Map<string, number>();
  const view = vscode.window.createTreeView<Refusal>('otaplan.refusals', {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (element) => (element ? [] : [...refusals]),
      getTreeItem(refusal) {
        const item = new vscode.TreeItem(refusal.device.deviceKey);
        item.description = refusal.reason;
        item.tooltip = `${refusal.planName}\n${refusal.device.deviceKey}\n${refusal.reason}`;
        item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('charts.red'));
        item.contextValue = 'device refused';
        item.command = { command: 'otaplan.openLog', title: vscode.l10n.t('Open Log'), arguments: [refusal] };
        item.accessibilityInformation = { label: `${refusal.device.deviceKey}, ${refusal.reason}` };
        return item;
      },
    },
  });

  function setRefusals(next: readonly Refusal[]): void {
    refusals = next;
    for (const planId of [...unnamed.keys()]) if (!next.some((each) => each.planId === planId)) unnamed.delete(planId);
    const more = [...unnamed.values()].reduce((sum, count) => sum + count, 0);
    view.message = more === 0 ? '' : vscode.l10n.t('{0} more were refused and are not named.', more.toLocaleString());
    setContext('hasRefusals', next.length > 0);
    view.badge =
      next.length === 0 ? undefined : { value: next.length, tooltip: vscode.l10n.t('{0} refused', next.length) };
    changed.fire();
  }

  /** Takes what was tried out of the list, and what was refused into it. */
  function take(
    connection: Connection,
    overview: PlanOverview,
    tried: readonly string[] | 'all',
    reply: RetryReply,
  ): void {
    const { id: planId, name: planName } = overview.plan;
    const others = refusals.filter(
      (each) => each.planId !== planId || (tried !== 'all' && !tried.includes(each.device.deviceKey)),
    );
    const refused = reply.refused.map(
      ({ deviceKey, reason }): Refusal => ({
        kind: 'device',
        connection: connection.name,
        planId,
        planName,
        device: { deviceKey },
        reason,
      }),
    );
    if (tried === 'all') unnamed.set(planId, reply.refusedTotal - refused.length);
    setRefusals([...others, ...refused]);
    log.info(`“${planName}”: ${reply.acceptedTotal} accepted, ${reply.refusedTotal} refused`);
    void tell(reply);
  }

  async function tell(reply: RetryReply): Promise<void> {
    const accepted = vscode.l10n.t('Devices tried again: {0}.', reply.acceptedTotal);
    if (reply.refusedTotal === 0) {
      void vscode.window.setStatusBarMessage(`$(debug-restart) ${accepted}`, 5000);
      return;
    }
    const show = vscode.l10n.t('Show Refusals');
    const words = `${accepted} ${vscode.l10n.t('Refused: {0}.', reply.refusedTotal)}`;
    const chosen = await vscode.window.showWarningMessage(words, show);
    if (chosen === show) await vscode.commands.executeCommand('otaplan.refusals.focus');
  }

  const commands: Commands = {
    /** Takes rows out of the list, from the view's title all of them. */
    dismissRefusals(row?: Refusal, selected?: readonly Refusal[]) {
      const done = new Set(selected ?? (row ? [row] : refusals));
      setRefusals(refusals.filter((each) => !done.has(each)));
    },
    async retryDevices(row: DeviceRow, selected?: readonly unknown[]) {
      requireTrust();
      const rows = (selected ?? [row]).filter(
        (each): each is DeviceRow => typeof each === 'object' && each !== null && 'device' in each && 'planId' in each,
      );
      const byPlan = Map.groupBy(rows, ({ connection, planId }) => `${connection}\0${planId}`);
      for (const group of byPlan.values()) {
        const { connection, overview } = await targets.plan(group[0], '', () => true);
        const devices = [...new Set(group.map(({ device }) => device.deviceKey))];
        const title = vscode.l10n.t('Retrying {0} devices', devices.length);
        const reply = await withProgress(host.ambient, title, async (_, signal) =>
          (await connections.client(connection)).plans.retry(overview.plan.id, { devices }, { signal }),
        );
        take(connection, overview, devices, reply);
      }
    },
    async retryAllFailed(argument?: unknown) {
      requireTrust();
      const { connection, overview } = await targets.plan(
        argument,
        vscode.l10n.t('Retry the failed devices of which plan?'),
        ({ plan, devices }) => plan.status === 'upgrading' && devices.upgradeFailed > 0,
      );
      const failed = overview.devices.upgradeFailed;
      if (failed === 0) throw new OperationError('nothingToDo', vscode.l10n.t('No device of this plan failed.'));
      await confirm(
        vscode.l10n.t('Retry {0} failed devices of “{1}”?', failed.toLocaleString(), overview.plan.name),
        vscode.l10n.t(
          'Devices that are online get the plan at once, the others when they come online. Those that cannot be retried are listed with the reason.',
        ),
        vscode.l10n.t('Retry'),
      );
      const title = vscode.l10n.t('Retrying the failed devices of “{0}”', overview.plan.name);
      const reply = await withProgress(host.ambient, title, async (_, signal) =>
        (await connections.client(connection)).plans.retry(overview.plan.id, { allFailed: true }, { signal }),
      );
      take(connection, overview, 'all', reply);
    },
  };
  // A connection or a plan that is gone takes its refusals with it.
  const prune = () => {
    const rest = refusals.filter(({ connection, planId }) => {
      const live = lives.of(connection);
      return live !== undefined && (live.store.connection().state !== 'live' || live.store.plan(planId) !== undefined);
    });
    if (rest.length !== refusals.length) setRefusals(rest);
  };
  const listeners = [
    lives.onDidChange(prune),
    lives.onDidChangePlans(({ change }) => {
      if (change.list) prune();
    }),
  ];
  return {
    commands,
    /** What the view lists, for tests. */
    refusals: (): readonly Refusal[] => refusals,
    disposable: vscode.Disposable.from(...listeners, view, changed),
  };
}
export type Retries = ReturnType<typeof retry>;
