import { ClientError, type PlanOverview, sayFailure } from '@otaplan/client';
import { createDevicePages, type DevicePages, type StoreChange } from '@otaplan/fleet';
import type { DeviceStatus } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connections } from '../../infrastructure/connections.ts';
import { isCancellation, sayError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Live, Lives } from '../../infrastructure/live.ts';
import { type Filter, isFiltering, noFilter, shownPlans } from './filters.ts';
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
  planNode,
} from './nodes.ts';
import { componentRow, connectionRow, deviceRow, groupRow, moreRow, noteRow, planRow } from './rows.ts';

/** After a change of a plan, its open groups are read again at most this often. */
const rereadMilliseconds = 1500;

/**
 * The Upgrade Monitor's tree: connection → plan → devices of a status → device → components. Rows hold ids; what they show is read
 * from the stores when they are drawn. Nothing is listed that nobody opened, and a change redraws its own row.
 */
export function createMonitorTree(host: Host, connections: Connections, lives: Lives) {
  const changed = new vscode.EventEmitter<Node | undefined>();
  /** Rows of connections, plans and groups as VS Code knows them, so that one of them can be redrawn. */
  const nodes = new Map<string, Node>();
  /** Device lists of groups that were opened, by the group's key. */
  const pages = new Map<string, DevicePages>();
  /** Plans with an open group, whose devices are followed. */
  const followed = new Map<string, () => void>();
  const rereads = new Map<string, () => void>();
  let filter: Filter = { ...noFilter, ...host.context.workspaceState.get<Partial<Filter>>('filter') };
  let redraws = 0;

  function keep<N extends Node>(node: N): N {
    const known = nodes.get(node.key);
    if (known && known.kind === node.kind) return Object.assign(known, node) as N;
    nodes.set(node.key, node);
    return node;
  }
  function redraw(node: Node | undefined): void {
    redraws++;
    changed.fire(node);
  }
  function forget(prefix: string): void {
    for (const key of [...pages.keys()]) if (key.startsWith(prefix)) pages.delete(key);
    for (const [plan, stop] of [...followed]) {
      if ([...pages.keys()].some((key) => key.startsWith(`${plan}\0`))) continue;
      stop();
      followed.delete(plan);
    }
  }

  const live = (connection: string): Live | undefined => lives.of(connection);
  const overviewOf = (node: { connection: string; planId: string }): PlanOverview | undefined =>
    live(node.connection)?.store.plan(node.planId);

  function note(connection: string, what: Note): Node {
    return { kind: 'note', key: `${connection}\0note ${what.kind}`, connection, note: what };
  }

  function plansOf(name: string): Node[] {
    const connection = connections.find(name);
    const view = live(name);
    if (!connection || connection.accessKey === null || !view) return [note(name, { kind: 'signIn' })];
    const link = view.store.connection();
    const all = view.plans();
    const shown = shownPlans(filter, all);
    const rows: Node[] = shown.map(({ plan }) => keep(planNode(name, plan.id)));
    if (link.state === 'waiting' || link.state === 'stopped') {
      rows.unshift(note(name, { kind: 'trouble', message: sayFailure(link.failure), asOf: null }));
    } else if (all.length === 0) {
      rows.push(note(name, link.state === 'live' ? { kind: 'noPlans' } : { kind: 'connecting' }));
    }
    if (shown.length < all.length) rows.push(note(name, { kind: 'filtered', hidden: all.length - shown.length }));
    return rows;
  }

  function groups(node: PlanNode): Node[] {
    const overview = overviewOf(node);
    if (!overview) return [];
    return groupsOf(node.connection, overview)
      .filter(({ status }) => filter.deviceStatuses.length === 0 || filter.deviceStatuses.includes(status))
      .map(keep);
  }

  function pagesOf(node: GroupNode): DevicePages | undefined {
    const known = pages.get(node.key);
    if (known) return known;
    const connection = connections.find(node.connection);
    if (!connection) return undefined;
    const search = filter.deviceSearch[node.planId];
    const created = createDevicePages(connections.client(connection), node.planId, {
      status: node.status as DeviceStatus,
      ...(search === undefined ? {} : { search }),
    });
    pages.set(node.key, created);
    const plan = planNode(node.connection, node.planId).key;
    const store = live(node.connection)?.store;
    if (store && !followed.has(plan)) followed.set(plan, store.openPlan(node.planId));
    return created;
  }

  async function devices(node: GroupNode): Promise<Node[]> {
    const list = pagesOf(node);
    if (!list) return [];
    if (list.devices().length === 0 && list.more) await list.loadMore();
    const shown = list.devices();
    const rows: Node[] = shown.map((device) => deviceNode(node, device));
    if (list.more) {
      const total = overviewOf(node)?.devices[node.status as DeviceStatus] ?? shown.length;
      const { connection, planId, status } = node;
      rows.push({ kind: 'more', key: `${node.key}\0more`, connection, planId, status, shown: shown.length, total });
    }
    return rows;
  }

  async function components(node: DeviceNode): Promise<Node[]> {
    const list = pagesOf(groupNode(node.connection, node.planId, node.group));
    const read = (await list?.components(node.device.deviceKey)) ?? [];
    return read.map((component) => componentNode(node, component));
  }

  /** Reads the open groups of a plan again, soon and once, and redraws them. */
  function rereadSoon(plan: PlanNode): void {
    if (rereads.has(plan.key)) return;
    const callOff = host.ambient.after(rereadMilliseconds, () => {
      rereads.delete(plan.key);
      void host.boundary('monitor', () => reread(plan));
    });
    rereads.set(plan.key, callOff);
  }
  async function reread(plan: PlanNode): Promise<void> {
    for (const [key, list] of [...pages]) {
      if (!key.startsWith(`${plan.key}\0`)) continue;
      try {
        await list.reload();
      } catch (error) {
        // The connection's own row tells of it; what is shown stays.
        if (!(error instanceof ClientError)) throw error;
        continue;
      }
      const group = nodes.get(key);
      if (group) redraw(group);
    }
  }

  function onPlans(view: Live, change: StoreChange): void {
    if (change.list || change.connection) {
      redraw(nodes.get(view.connection));
    } else {
      for (const id of change.plans) redraw(nodes.get(planNode(view.connection, id).key));
    }
    const touched = new Set([...change.plans, ...(change.devices ? [change.devices.planId] : [])]);
    for (const id of touched) {
      const plan = planNode(view.connection, id);
      if (followed.has(plan.key)) rereadSoon(plan);
    }
  }

  const listeners = [
    lives.onDidChangePlans(({ live: view, change }) => onPlans(view, change)),
    lives.onDidChange(() => {
      forget('');
      redraw(undefined);
    }),
    connections.onDidChange(() => redraw(undefined)),
  ];

  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changed.event,
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
          return groupRow(
            node,
            overviewOf(node)?.devices[node.status as DeviceStatus] ?? 0,
            filter.deviceSearch[node.planId],
          );
        case 'device':
          return deviceRow(node);
        case 'component':
          return componentRow(node);
        case 'more':
          return moreRow(node);
        case 'note':
          return noteRow(node, (at) => new Date(at).toLocaleTimeString());
      }
    },
    async getChildren(node) {
      if (!node) return connections.all().map((each) => keep(connectionNode(each.name)));
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
        return [note(`${node.key}`, { kind: 'trouble', message: sayError(error), asOf: null })];
      }
    },
    getParent(node) {
      switch (node.kind) {
        case 'connection':
          return undefined;
        case 'plan':
        case 'note':
          return nodes.get(node.connection);
        case 'group':
          return nodes.get(planNode(node.connection, node.planId).key);
        case 'device':
          return nodes.get(groupNode(node.connection, node.planId, node.group).key);
        case 'component':
          return undefined;
        case 'more':
          return nodes.get(groupNode(node.connection, node.planId, node.status).key);
      }
    },
  };

  return {
    provider,
    filter: () => filter,
    async setFilter(next: Filter) {
      filter = next;
      await host.context.workspaceState.update('filter', next);
      forget('');
      redraw(undefined);
    },
    isFiltering: () => isFiltering(filter),
    node: (key: string) => nodes.get(key),
    async loadMore(node: MoreNode) {
      const group = groupNode(node.connection, node.planId, node.status);
      await pages.get(group.key)?.loadMore();
      redraw(nodes.get(group.key));
    },
    /** A closed row is followed no longer; opened again, it is read again. */
    onCollapse(node: Node) {
      if (node.kind === 'group' || node.kind === 'plan') forget(node.key);
    },
    onExpand(node: Node) {
      if (node.kind === 'group' && !pages.has(node.key)) redraw(node);
    },
    /** Forgets what was read and reads it again when it is drawn. */
    refresh() {
      forget('');
      lives.refresh();
      redraw(undefined);
    },
    /** How many rows were redrawn so far: for measurements. */
    redraws: () => redraws,
    dispose() {
      for (const listener of listeners) listener.dispose();
      for (const callOff of rereads.values()) callOff();
      forget('');
      changed.dispose();
    },
  };
}
export type MonitorTree = ReturnType<typeof createMonitorTree>;
