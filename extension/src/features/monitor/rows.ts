import type { PlanOverview } from '@otaplan/client';
import type { Connection as Link } from '@otaplan/fleet';
import { formatRate } from '@otaplan/model';
import * as vscode from 'vscode';
import type { Connection } from '../../infrastructure/connections.ts';
import { componentWords, deviceWords, planWords } from '../../infrastructure/status-words.ts';
import { causeWords } from './filtering.ts';
import type { ComponentNode, ConnectionNode, DeviceNode, GroupNode, MoreNode, NoteNode, PlanNode } from './nodes.ts';
import { actionsFor, componentLook, deviceLook, type Look, planLook } from './status-looks.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

function icon({ icon: name, color }: Look): vscode.ThemeIcon {
  return new vscode.ThemeIcon(name, color === null ? undefined : new vscode.ThemeColor(color));
}

/** Text that came from outside, as plain text in a Markdown tooltip. */
function tooltip(lines: readonly (string | null)[]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  for (const line of lines) if (line !== null) markdown.appendText(line).appendMarkdown('  \n');
  return markdown;
}

function row(id: string, label: string, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.id = id;
  return item;
}

function speak(item: vscode.TreeItem, ...words: (string | null)[]): void {
  item.accessibilityInformation = { label: words.filter((word) => word !== null && word !== '').join(', ') };
}

export function connectionRow(node: ConnectionNode, connection: Connection, link: Link | undefined, current: boolean) {
  const item = row(node.key, connection.name, Expanded);
  const signedIn = connection.accessKey !== null;
  const broken = link?.state === 'waiting' || link?.state === 'stopped';
  item.contextValue = `connection ${signedIn ? 'signedIn' : 'signedOut'} ${connection.origin}`;
  item.iconPath = icon(
    broken
      ? { icon: 'debug-disconnect', color: 'charts.red' }
      : { icon: connection.origin === 'local' ? 'server-process' : 'server', color: null },
  );
  const words = !signedIn
    ? vscode.l10n.t('signed out')
    : broken
      ? vscode.l10n.t('cannot be reached')
      : current
        ? vscode.l10n.t('in use')
        : '';
  item.description = words;
  const by =
    connection.signedInBy === 'environment' ? vscode.l10n.t('Signed in by the environment (OTAPLAN_ACCESS_KEY)') : null;
  item.tooltip = tooltip([connection.name, connection.server, connection.accessKey, by, words]);
  speak(item, vscode.l10n.t('Developer Center {0}', connection.name), words);
  return item;
}

export function planRow(node: PlanNode, { plan, devices, successRate }: PlanOverview) {
  const item = row(node.key, plan.name, Collapsed);
  const status = planWords(plan.status);
  const failed = devices.upgradeFailed > 0 ? vscode.l10n.t('{0} failed', devices.upgradeFailed.toLocaleString()) : null;
  const done = devices.upgraded + devices.noUpdateRequired;
  const counted = devices.total === 0 ? null : `${done.toLocaleString()}/${devices.total.toLocaleString()}`;
  item.contextValue = `plan ${plan.status} ${plan.mode} ${actionsFor(plan.status).join(' ')}`;
  item.iconPath = icon(planLook(plan.status));
  const rate = successRate === null ? null : formatRate(successRate);
  item.description = [status, counted, failed, rate].filter((word) => word !== null).join(' · ');
  item.tooltip = tooltip([
    plan.name,
    status,
    plan.reason,
    vscode.l10n.t('Product {0}', plan.product),
    `${plan.effective.start.replace('T', ' ')} – ${plan.effective.end.replace('T', ' ')} ${plan.effective.zone}`,
    ...plan.components.map(({ identifier, target }) => `${identifier} → ${target}`),
    vscode.l10n.t('Success rate {0}', formatRate(successRate)),
    plan.waves.total > 1 ? vscode.l10n.t('Wave {0} of {1}', plan.waves.opened, plan.waves.total) : null,
  ]);
  speak(item, plan.name, status, counted, failed, vscode.l10n.t('Success rate {0}', formatRate(successRate)));
  return item;
}

/** What narrows the devices of a plan. */
export interface Narrowing {
  readonly search: string | undefined;
  readonly cause: string | undefined;
}

export function groupRow(node: GroupNode, count: number, { search, cause }: Narrowing) {
  const label = deviceWords(node.status);
  const item = row(node.key, label, Collapsed);
  item.contextValue = `group ${node.status}`;
  item.iconPath = icon(deviceLook(node.status));
  const narrowed = [
    cause === undefined ? null : vscode.l10n.t('cause “{0}”', causeWords(cause)),
    search === undefined ? null : vscode.l10n.t('search “{0}”', search),
  ].filter((word) => word !== null);
  const shown = count.toLocaleString();
  // How many fit is not known before they are read.
  item.description = narrowed.length === 0 ? shown : [...narrowed, vscode.l10n.t('of {0}', shown)].join(' · ');
  speak(item, label, vscode.l10n.t('{0} devices', shown), ...narrowed);
  return item;
}

export function deviceRow(node: DeviceNode) {
  const { device } = node;
  const item = row(node.key, device.deviceKey, Collapsed);
  const status = deviceWords(device.status);
  const online = device.online ? vscode.l10n.t('online') : vscode.l10n.t('offline');
  item.contextValue = `device ${device.status}`;
  item.iconPath = icon(deviceLook(device.status));
  item.description = [online, device.cause].filter((word) => word !== null).join(' · ');
  item.tooltip = tooltip([
    device.deviceKey,
    `${status} · ${online}`,
    device.cause,
    device.startedAt === null ? null : vscode.l10n.t('Started {0}', device.startedAt),
    device.endedAt === null ? null : vscode.l10n.t('Ended {0}', device.endedAt),
    vscode.l10n.t('Wave {0}', device.wave),
  ]);
  speak(item, device.deviceKey, status, online, device.cause);
  return item;
}

/** Statuses in which progress means something. */
const moving = new Set(['downloading', 'upgrading']);

export function componentRow(node: ComponentNode) {
  const { component } = node;
  const item = row(node.key, component.identifier, None);
  const status = componentWords(component.status);
  const progress = moving.has(component.status) ? `${component.progress} %` : null;
  const attempts = component.attempts > 1 ? vscode.l10n.t('attempt {0}', component.attempts) : null;
  const versions = `${component.sourceVersion ?? '?'} → ${component.targetVersion}`;
  item.contextValue = `component ${component.status}`;
  item.iconPath = icon(componentLook(component.status));
  item.description = [status, progress, versions, attempts].filter((word) => word !== null).join(' · ');
  item.tooltip = tooltip([
    `${component.identifier} (${component.type})`,
    status,
    progress,
    versions,
    attempts,
    component.updatedAt,
  ]);
  item.command = { command: 'otaplan.openLog', title: vscode.l10n.t('Open Log'), arguments: [node] };
  speak(item, component.identifier, status, progress, versions, attempts);
  return item;
}

/** @param total `null`: not known, since a search narrows the list */
export function moreRow(node: MoreNode, total: number | null) {
  const item = row(node.key, vscode.l10n.t('Load more…'), None);
  const shown = node.shown.toLocaleString();
  item.description =
    total === null ? vscode.l10n.t('{0} shown', shown) : vscode.l10n.t('{0} of {1}', shown, total.toLocaleString());
  item.iconPath = new vscode.ThemeIcon('chevron-down');
  item.contextValue = 'more';
  item.command = { command: 'otaplan.loadMoreDevices', title: vscode.l10n.t('Load more…'), arguments: [node] };
  return item;
}

export function noteRow({ key, note, connection }: NoteNode, timeOf: (at: number) => string) {
  switch (note.kind) {
    case 'connecting': {
      const item = row(key, vscode.l10n.t('Connecting…'), None);
      item.iconPath = new vscode.ThemeIcon('loading~spin');
      return item;
    }
    case 'noPlans':
      return row(key, vscode.l10n.t('No plans yet. Open a plan and choose “Deploy Plan…”.'), None);
    case 'filtered': {
      const item = row(key, vscode.l10n.t('{0} hidden by the filter', note.hidden), None);
      item.iconPath = new vscode.ThemeIcon('filter');
      item.command = { command: 'otaplan.filterMonitor', title: vscode.l10n.t('Filter') };
      return item;
    }
    case 'nothingFound': {
      const words = {
        search: vscode.l10n.t('No device key has that part.'),
        cause: vscode.l10n.t('No device fails of that cause any more.'),
      };
      const item = row(key, words[note.by], None);
      item.iconPath = new vscode.ThemeIcon(note.by === 'search' ? 'search' : 'filter');
      return item;
    }
    case 'trouble': {
      const item = row(key, note.message, None);
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('charts.yellow'));
      const asOf = note.asOf === null ? null : vscode.l10n.t('what is shown was right at {0}', timeOf(note.asOf));
      const again = note.retryAt === null ? null : vscode.l10n.t('next try at {0}', timeOf(note.retryAt));
      item.description = [asOf, again].filter((word) => word !== null).join(' · ');
      item.tooltip = tooltip([note.message, asOf, again]);
      speak(item, note.message, asOf, again);
      item.command = { command: 'otaplan.refreshMonitor', title: vscode.l10n.t('Refresh') };
      return item;
    }
    case 'signIn': {
      const item = row(key, vscode.l10n.t('Sign in to see its plans'), None);
      item.iconPath = new vscode.ThemeIcon('sign-in');
      item.command = { command: 'otaplan.signIn', title: vscode.l10n.t('Sign In'), arguments: [connection] };
      return item;
    }
  }
}
