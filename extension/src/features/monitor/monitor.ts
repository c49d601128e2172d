import type { PlanOverview } from '@otaplan/client';
import { deviceStatusNames, planStatusNames } from '@otaplan/model';
import * as vscode from 'vscode';
import { ask, choose } from '../../infrastructure/choices.ts';
import { type Commands, setContext } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { Dismissed, OperationError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import { requireTrust } from '../../infrastructure/host.ts';
import type { Lives } from '../../infrastructure/live.ts';
import type { Plans } from '../../infrastructure/plans.ts';
import { sameName, type Targets } from '../../infrastructure/targets.ts';
import { exportDevices } from './export.ts';
import { type Filter, failuresAtHand, noFilter, type SortOrder } from './filters.ts';
import type { DeviceNode, MoreNode, Node } from './nodes.ts';
import { groupNode, planNode } from './nodes.ts';
import { deviceWords, planWords } from './status-looks.ts';
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

  async function pickMany(
    title: string,
    values: readonly string[],
    chosen: readonly string[],
    words: (value: string) => string,
  ) {
    const items = values.map((value) => ({ label: words(value), value, picked: chosen.includes(value) }));
    const picked = await vscode.window.showQuickPick(items, { title, canPickMany: true });
    if (!picked) throw new Dismissed();
    return picked.length === values.length ? [] : picked.map(({ value }) => value);
  }

  async function filter(): Promise<void> {
    const now = tree.filter();
    const some = (values: readonly unknown[]) => (values.length === 0 ? '' : String(values.length));
    const what = await choose(vscode.l10n.t('Filter and sort the Upgrade Monitor'), [
      { label: vscode.l10n.t('Plan status'), description: some(now.planStatuses), value: 'planStatuses' as const },
      { label: vscode.l10n.t('Product'), description: some(now.products), value: 'products' as const },
      {
        label: vscode.l10n.t('Device status'),
        description: some(now.deviceStatuses),
        value: 'deviceStatuses' as const,
      },
      { label: vscode.l10n.t('Plan name'), description: now.text, value: 'text' as const },
      { label: vscode.l10n.t('Sort'), description: sortWords(now.sort), value: 'sort' as const },
      { label: vscode.l10n.t('Clear filter'), value: 'clear' as const },
    ]);
    switch (what) {
      case 'planStatuses': {
        const title = vscode.l10n.t('Plan status');
        return setFilter({ planStatuses: await pickMany(title, planStatusNames, now.planStatuses, planWords) });
      }
      case 'deviceStatuses': {
        const title = vscode.l10n.t('Device status');
        return setFilter({ deviceStatuses: await pickMany(title, deviceStatusNames, now.deviceStatuses, deviceWords) });
      }
      case 'products': {
        const all = new Set(lives.all().flatMap((live) => live.plans().map(({ plan }) => plan.product)));
        const title = vscode.l10n.t('Product');
        return setFilter({ products: await pickMany(title, [...all].sort(), now.products, (value) => value) });
      }
      case 'text':
        return setFilter({ text: await ask({ prompt: vscode.l10n.t('Part of a plan’s name'), value: now.text }) });
      case 'sort': {
        const orders: readonly SortOrder[] = ['newest', 'name', 'failures'];
        const items = orders.map((value) => ({ label: sortWords(value), value }));
        return setFilter({ sort: await choose(vscode.l10n.t('Sort plans by'), items) });
      }
      case 'clear':
        return setFilter({ ...noFilter, sort: now.sort });
    }
  }

  async function search(argument: unknown): Promise<void> {
    const { overview } = await targets.plan(argument, vscode.l10n.t('Devices of which plan?'), () => true);
    const { [overview.plan.id]: before, ...others } = tree.filter().deviceSearch;
    const text = await ask({
      title: overview.plan.name,
      prompt: vscode.l10n.t('Part of a device key; empty shows all'),
      value: before ?? '',
      validateInput: (value) =>
        /^[A-Za-z0-9]{0,32}$/.test(value.trim())
          ? undefined
          : vscode.l10n.t('A device key has letters and digits only.'),
    });
    const wanted = text.trim();
    await setFilter({ deviceSearch: wanted === '' ? others : { ...others, [overview.plan.id]: wanted } });
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

  const commands: Commands = {
    refreshMonitor: () => tree.refresh(),
    filterMonitor: filter,
    searchDevices: search,
    loadMoreDevices: (node: MoreNode) => tree.loadMore(node),
    async revealInPlanFile(argument?: unknown) {
      await revealInFile(await targets.plan(argument, vscode.l10n.t('Reveal which plan?'), () => true));
    },
    async copyDeviceKey(node: DeviceNode, selected?: readonly Node[]) {
      const devices = (selected ?? [node]).filter((each) => each.kind === 'device');
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
      const search = tree.filter().deviceSearch[overview.plan.id];
      await exportDevices(host, connections.client(connection), overview, {
        ...(status === undefined ? {} : { status }),
        ...(search === undefined ? {} : { search }),
      });
    },
  };

  return {
    commands,
    tree,
    /** Shows the devices of a status of a plan in the view. */
    async reveal(connection: string, planId: string, status: string): Promise<void> {
      await vscode.commands.executeCommand('otaplan.monitor.focus');
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

function sortWords(sort: SortOrder): string {
  switch (sort) {
    case 'newest':
      return vscode.l10n.t('newest first');
    case 'name':
      return vscode.l10n.t('name');
    case 'failures':
      return vscode.l10n.t('most failures first');
  }
}
