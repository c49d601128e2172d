import type { PlanOverview } from '@otaplan/client';
import * as vscode from 'vscode';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Plans } from '../../infrastructure/plans.ts';
import { sameName, type Targets } from '../../infrastructure/targets.ts';
import { exportDevices } from './export.ts';
import { filtering } from './filtering.ts';
import { type Filter, failuresAtHand, revealing } from './filters.ts';
import type { DeviceNode, MoreNode, Node } from './nodes.ts';
import { groupNode, planNode } from './nodes.ts';
import { createMonitorTree } from './tree.ts';

export interface MonitorOptions {
  readonly host: Host;
  readonly connections: Connections;
  readonly lives: Lives;
  readonly plans: Plans;
  readonly targets: Targets;
}

/** The Upgrade Monitor: the view, its badge, and what can be done in it that changes nothing. */
export function monitor({ host, connections, lives, plans, targets }: MonitorOptions) {
  const tree = createMonitorTree(host, connections, lives);
  const view = vscode.window.createTreeView<Node>('otaplan.monitor', {
    treeDataProvider: tree.provider,
    canSelectMany: true,
    showCollapseAll: true,
  });

  let looking: vscode.Disposable | undefined;
  const follow = () => {
    tree.setVisible(view.visible);
    if (view.visible && vscode.workspace.isTrusted) looking ??= lives.look();
    else {
      looking?.dispose();
      looking = undefined;
    }
  };
  const showBadge = () => {
    const failed = lives.all().reduce((sum, live) => sum + failuresAtHand(live.plans()), 0);
    view.badge = failed === 0 ? undefined : { value: failed, tooltip: vscode.l10n.t('{0} devices failed', failed) };
  };
  const showFilter = () => {
    view.description = tree.isFiltering() ? vscode.l10n.t('filtered') : '';
    setContext('filtering', tree.isFiltering());
  };
  const listeners = [
    view.onDidChangeVisibility(follow),
    view.onDidCollapseElement(({ element }) => tree.onCollapse(element)),
    view.onDidExpandElement(({ element }) => tree.onExpand(element)),
    vscode.workspace.onDidGrantWorkspaceTrust(follow),
    lives.onDidChangePlans(showBadge),
    lives.onDidChange(showBadge),
  ];
  follow();
  showFilter();

  async function setFilter(change: Partial<Filter>): Promise<void> {
    await tree.setFilter({ ...tree.filter(), ...change });
    showFilter();
  }

  async function revealInFile({ overview }: { overview: PlanOverview }): Promise<void> {
    const place = (await plans.places()).find(({ name }) => sameName(name, overview.plan.name));
    if (!place) {
      throw new OperationError(
        'noPlanHere',
        vscode.l10n.t('No file of this workspace has “{0}”.', overview.plan.name),
        [{ title: vscode.l10n.t('Open Deployed Plan'), command: 'otaplan.openDeployedPlan' }],
      );
    }
    const { start, end } = place.selectionRange;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    await vscode.window.showTextDocument(vscode.Uri.parse(place.uri, true), { selection });
  }

  const questions = filtering({ host, connections, lives, targets, filter: tree.filter, setFilter });
  const commands: Commands = {
    refreshMonitor: () => tree.refresh(),
    filterMonitor: questions.filter,
    searchDevices: questions.search,
    loadMoreDevices: (node: MoreNode) => tree.loadMore(node),
    async revealInPlanFile(argument?: unknown) {
      await revealInFile(await targets.plan(argument, vscode.l10n.t('Reveal which plan?'), () => true));
    },
    /** From the keyboard the selected rows are meant. */
    async copyDeviceKey(node?: DeviceNode, selected?: readonly Node[]) {
      const devices = (selected ?? (node ? [node] : view.selection)).filter((each) => each.kind === 'device');
      if (devices.length > 0)
        await vscode.env.clipboard.writeText(devices.map((each) => each.device.deviceKey).join('\n'));
    },
    async exportDevices(argument?: unknown) {
      requireTrust();
      const { connection, overview } = await targets.plan(
        argument,
        vscode.l10n.t('Devices of which plan?'),
        ({ devices }) => devices.total > 0,
      );
      const status =
        typeof argument === 'object' && argument !== null && 'status' in argument ? String(argument.status) : undefined;
      const { [overview.plan.id]: search } = tree.filter().deviceSearch;
      const { [overview.plan.id]: cause } = tree.filter().deviceCause;
      await exportDevices(host, await connections.client(connection), overview, {
        ...(status === undefined ? {} : { status }),
        ...(search === undefined ? {} : { search }),
        ...(cause === undefined ? {} : { cause }),
      });
    },
  };

  return {
    commands,
    tree,
    /**
     * Shows the devices of a status of a plan in the view; what the filter hides of them comes out.
     * @param cause failed devices of this cause alone
     */
    async reveal(connection: string, planId: string, status: string, cause?: string): Promise<void> {
      await vscode.commands.executeCommand('otaplan.monitor.focus');
      const overview = lives.of(connection)?.store.plan(planId);
      const filter = overview && revealing(tree.filter(), overview, status, cause);
      // What is listed stays so where nothing hides it.
      if (filter && JSON.stringify(filter) !== JSON.stringify(tree.filter())) await setFilter(filter);
      // Rows exist once their parents were asked for.
      for (const node of [undefined, connection, planNode(connection, planId).key]) {
        await tree.provider.getChildren(node === undefined ? undefined : tree.node(node));
      }
      const group = tree.node(groupNode(connection, planId, status).key);
      if (group) await view.reveal(group, { select: true, focus: true, expand: true });
    },
    dispose() {
      for (const listener of listeners) listener.dispose();
      looking?.dispose();
      view.dispose();
      tree.dispose();
    },
  };
}
