import { type PlanOverview, sayFailure } from '@otaplan/client';
import { type DevicesChange, type DeviceWatch, type StoreChange, watchDevices } from '@otaplan/fleet';
import { type DeviceStatus, deviceStatusNames } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connections } from '../../infrastructure/connections.ts';
import { isCancellation, sayError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Live, Lives } from '../../infrastructure/live.ts';
import { type Filter, isFiltering, noFilter, shownPlans, shownStatuses } from './filters.ts';
import {
  componentNode,
  connectionNode,
  type DeviceNode,
  deviceNode,
  type GroupNode,
  groupNode,
  groupsOf,
  type MoreNode,
  type Node,
  type Note,
  type PlanNode,
  parentKey,
  planNode,
} from './nodes.ts';
import { createPlanRedraws } from './plan-redraws.ts';
import { createRedraws } from './redraws.ts';
import { componentRow, connectionRow, deviceRow, groupRow, moreRow, noteRow, planRow } from './rows.ts';

/**
 * The Upgrade Monitor's tree: connection → plan → devices of a status → device → components. Rows hold ids; what they show is read
 * from the stores when they are drawn. Nothing is listed that nobody opened, a change redraws its own row, and a view that
 * nobody sees asks for nothing.
 */
export function createMonitorTree(host: Host, connections: Connections, lives: Lives) {
  /** Rows as VS Code knows them, so that one of them can be redrawn; of devices only those that are listed. */
  const nodes = new Map<string, Node>();
  /** Devices of plans with an open group, by the plan's key. */
  const watches = new Map<string, DeviceWatch>();
  /** Rows whose rows below were asked for, and not closed since. */
  const opened = new Set<string>();
  /** Rows that were closed: what is below them is forgotten and must be asked for again. */
  const closed = new Set<string>();
  const redraws = createRedraws(host.ambient);
  const planRedraws = createPlanRedraws(redraws, nodes, (key) => opened.has(key));
  let visible = false;
  let filter: Filter = { ...noFilter, ...host.context.workspaceState.get<Partial<Filter>>('filter') };

  function keep<N extends Node>(node: N): N {
    const known = nodes.get(node.key);
    if (known && known.kind === node.kind) return Object.assign(known, node) as N;
    nodes.set(node.key, node);
    return node;
  }
  function forgetRows(below: string): void {
    for (const key of [...nodes.keys()]) if (key.startsWith(`${below}\0`)) nodes.delete(key);
  }
  /** Ends the watches of plans that the test says yes to. */
  function leave(test: (planKey: string) => boolean): void {
    for (const [key, watch] of [...watches]) {
      if (!test(key)) continue;
      watch.end();
      watches.delete(key);
      forgetRows(key);
    }
  }

  const live = (connection: string): Live | undefined => lives.of(connection);
  const overviewOf = (node: { connection: string; planId: string }): PlanOverview | undefined =>
    live(node.connection)?.store.plan(node.planId);

  const narrowing = (planId: string) => ({
    search: filter.deviceSearch[planId],
    cause: filter.deviceCause[planId],
  });
  const countOf = (node: GroupNode | MoreNode): number | null =>
    overviewOf(node)?.devices[node.status as DeviceStatus] ?? null;

  function note(parent: string, what: Note): Node {
    return { kind: 'note', key: `${parent}\0note ${what.kind}`, connection: parent, note: what };
  }

  function plansOf(name: string): Node[] {
    const connection = connections.find(name);
    const view = live(name);
    if (!connection || connection.accessKey === null) return [note(name, { kind: 'signIn' })];
    if (!view) return [note(name, { kind: 'connecting' })];
    const link = view.store.connection();
    const all = view.plans();
    const shown = shownPlans(filter, all);
    const rows: Node[] = shown.map(({ plan }) => keep(planNode(name, plan.id)));
    if (link.state === 'waiting' || link.state === 'stopped') {
      const asOf = all.length > 0 ? view.store.rightAt() : null;
      const retryAt = link.state === 'waiting' ? link.retryAt : null;
      rows.unshift(note(name, { kind: 'trouble', message: sayFailure(link.failure), asOf, retryAt }));
    } else if (all.length === 0) {
      rows.push(note(name, link.state === 'live' ? { kind: 'noPlans' } : { kind: 'connecting' }));
    }
    if (shown.length < all.length) rows.push(note(name, { kind: 'filtered', hidden: all.length - shown.length }));
    return rows;
  }

  function groups(node: PlanNode): Node[] {
    const overview = overviewOf(node);
    if (!overview) return [];
    planRedraws.listed(node, overview);
    const all = groupsOf(node.connection, overview);
    const shown = shownStatuses(
      filter,
      node.planId,
      all.map(({ status }) => status),
    );
    return all.filter(({ status }) => shown.includes(status)).map(keep);
  }

  function watchOf(node: { connection: string; planId: string }): DeviceWatch | undefined {
    const plan = planNode(node.connection, node.planId);
    const known = watches.get(plan.key);
    if (known) return known;
    const view = live(node.connection);
    if (!view) return undefined;
    const { search, cause } = narrowing(node.planId);
    const watch = watchDevices({
      client: view.client,
      store: view.store,
      ambient: host.ambient,
      planId: node.planId,
      ...(search === undefined ? {} : { search }),
      ...(cause === undefined ? {} : { cause }),
      onChange: (changes) => onDevices(plan, changes),
    });
    watch.setVisible(visible);
    watches.set(plan.key, watch);
    return watch;
  }

  async function devices(node: GroupNode): Promise<Node[]> {
    const list = watchOf(node)?.open(node.status as DeviceStatus);
    if (!list) return [];
    if (list.devices().length === 0 && list.more) await list.loadMore();
    const shown = list.devices();
    const rows: Node[] = shown.map((device) => keep(deviceNode(node, device)));
    const { search, cause } = narrowing(node.planId);
    const narrowed = search !== undefined || cause !== undefined;
    if (list.more) {
      const { connection, planId, status } = node;
      rows.push(keep({ kind: 'more', key: `${node.key}\0more`, connection, planId, status, shown: shown.length }));
    } else if (shown.length === 0 && narrowed) {
      rows.push(note(node.key, { kind: 'nothingFound', by: search === undefined ? 'cause' : 'search' }));
    }
    return rows;
  }

  async function components(node: DeviceNode): Promise<Node[]> {
    const read = (await watchOf(node)?.components(node.device.deviceKey)) ?? [];
    return read.map((component) => keep(componentNode(node, component)));
  }

  function onDevices(plan: PlanNode, changes: readonly DevicesChange[]): void {
    for (const change of changes) {
      if (change.kind === 'component') {
        for (const status of deviceStatusNames) {
          const key = `${groupNode(plan.connection, plan.planId, status).key}\0${change.deviceKey}`;
          const device = nodes.get(key);
          if (device?.kind === 'device') redraws.redraw(keep(componentNode(device, change.component)));
        }
        continue;
      }
      const group = groupNode(plan.connection, plan.planId, change.status);
      if (change.kind === 'list') redraws.redraw(nodes.get(group.key));
      else redraws.redraw(keep(deviceNode(group, change.device)));
    }
  }

  function onPlans(view: Live, change: StoreChange): void {
    if (change.list) {
      for (const node of [...nodes.values()]) {
        if (node.kind !== 'plan' || node.connection !== view.connection || view.store.plan(node.planId)) continue;
        leave((key) => key === node.key);
        nodes.delete(node.key);
      }
    }
    if (change.list || change.connection) {
      redraws.redraw(nodes.get(view.connection));
    } else {
      for (const id of change.plans) planRedraws.changed(planNode(view.connection, id), view.store.plan(id));
    }
  }

  const listeners = [
    lives.onDidChangePlans(({ live: view, change }) => onPlans(view, change)),
    lives.onDidChange(() => {
      leave(() => true);
      redraws.all();
    }),
    connections.onDidChange(() => redraws.all()),
  ];

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: redraws.event,
    getTreeItem(node) {
      switch (node.kind) {
        case 'connection': {
          const connection = connections.find(node.connection);
          if (!connection) return new vscode.TreeItem(node.connection);
          const current = connections.current()?.name === connection.name && connections.all().length > 1;
          return connectionRow(node, connection, live(node.connection)?.store.connection(), current);
        }
        case 'plan': {
          const overview = overviewOf(node);
          return overview ? planRow(node, overview) : new vscode.TreeItem(node.planId);
        }
        case 'group':
          return groupRow(node, countOf(node) ?? 0, narrowing(node.planId));
        case 'device':
          return deviceRow(node);
        case 'component':
          return componentRow(node);
        case 'more': {
          const { search, cause } = narrowing(node.planId);
          return moreRow(node, search === undefined && cause === undefined ? countOf(node) : null);
        }
        case 'note':
          return noteRow(node, (at) => new Date(at).toLocaleTimeString());
      }
    },
    async getChildren(node) {
      if (!node) return connections.all().map((each) => keep(connectionNode(each.name)));
      closed.delete(node.key);
      opened.add(node.key);
      try {
        switch (node.kind) {
          case 'connection':
            return plansOf(node.connection);
          case 'plan':
            return groups(node);
          case 'group':
            return await devices(node);
          case 'device':
            return await components(node);
          default:
            return [];
        }
      } catch (error) {
        if (isCancellation(error)) return [];
        host.log.of('monitor').warn(sayError(error));
        return [note(node.key, { kind: 'trouble', message: sayError(error), asOf: null, retryAt: null })];
      }
    },
    getParent(node) {
      const key = parentKey(node);
      return key === undefined ? undefined : nodes.get(key);
    },
  };

  return {
    provider,
    filter: () => filter,
    async setFilter(next: Filter) {
      filter = next;
      await host.context.workspaceState.update('filter', next);
      leave(() => true);
      redraws.all();
    },
    isFiltering: () => isFiltering(filter),
    isVisible: () => visible,
    node: (key: string) => nodes.get(key),
    /** Whether the view can be seen: while it cannot, nothing is followed, read or drawn. */
    setVisible(now: boolean) {
      visible = now;
      redraws.setVisible(now);
      for (const watch of watches.values()) watch.setVisible(now);
    },
    async loadMore(node: MoreNode) {
      const group = groupNode(node.connection, node.planId, node.status);
      await watchOf(node)
        ?.open(node.status as DeviceStatus)
        .loadMore();
      redraws.redraw(nodes.get(group.key));
    },
    /** What is below a closed row is followed no longer; opened again, it is read again. */
    onCollapse(node: Node) {
      closed.add(node.key);
      opened.delete(node.key);
      switch (node.kind) {
        case 'connection':
          return leave((key) => key.startsWith(`${node.key}\0`));
        case 'plan':
          return leave((key) => key === node.key);
        case 'group':
          watches.get(planNode(node.connection, node.planId).key)?.close(node.status as DeviceStatus);
          return forgetRows(node.key);
        case 'device':
          watches.get(planNode(node.connection, node.planId).key)?.closeDevice(node.device.deviceKey);
          return forgetRows(node.key);
        default:
          return undefined;
      }
    },
    onExpand(node: Node) {
      // VS Code shows again what it kept; what is below is asked for once more.
      if (closed.delete(node.key)) redraws.redraw(node);
    },
    /** Forgets what was read and reads it again when it is drawn. */
    refresh() {
      leave(() => true);
      lives.refresh();
      redraws.all();
    },
    /** How many rows were asked to be redrawn so far: for measurements. */
    redraws: () => redraws.count(),
    dispose() {
      for (const listener of listeners) listener.dispose();
      leave(() => true);
      redraws.dispose();
    },
  };
}
export type MonitorTree = ReturnType<typeof createMonitorTree>;
