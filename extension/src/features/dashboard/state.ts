import type { PlanOverview, PlanStatistics } from '@otaplan/client';
import {
  type DeviceStatus,
  deviceStatusNames,
  formatLocal,
  formatRate,
  type Plan,
  periodFacts,
  sayPeriod,
  windowOpenings,
} from '@otaplan/model';
import * as vscode from 'vscode';
import { componentWords, deviceWords, planWords } from '../../infrastructure/status-words.ts';
import type { DashboardState, DashboardWords, PushStretch, TimelinePoint, Wave } from './protocol.ts';

/** Windows beyond this are not drawn: the line of time would be solid anyway. */
const mostWindows = 400;

export interface DashboardSource {
  readonly overview: PlanOverview;
  readonly statistics: PlanStatistics;
  readonly server: string;
  readonly now: number;
}

function gateOf(source: DashboardSource, index: number): string {
  const { overview, statistics } = source;
  const wave = statistics.waves[index];
  const zone = overview.plan.effective.zone;
  if (wave?.openedAt) return vscode.l10n.t('opened {0}', formatLocal(Date.parse(wave.openedAt), zone));
  const { halt } = statistics;
  const condition =
    halt === null || halt === undefined
      ? ''
      : ` · ${vscode.l10n.t('halts when failed > {0} % of at least {1}', halt.failedPercent, halt.sample)}`;
  if (index === overview.plan.waves.opened && overview.plan.waves.nextAt) {
    return vscode.l10n.t('opens {0}', formatLocal(Date.parse(overview.plan.waves.nextAt), zone)) + condition;
  }
  return vscode.l10n.t('waits for the wave before') + condition;
}

function pushStretches({ overview, statistics: { push } }: DashboardSource): PushStretch[] {
  if (push === undefined || typeof push === 'string') return [];
  const { startUtc, endUtc, zone } = overview.plan.effective;
  return windowOpenings(push, zone, Date.parse(startUtc), Date.parse(endUtc))
    .slice(0, mostWindows)
    .flatMap(({ stretches }) =>
      stretches.map(({ from, to }) => ({
        from,
        to,
        words: `${formatLocal(from, zone)} – ${formatLocal(to, zone)}`,
      })),
    );
}

function windowsNote({ overview, statistics: { push } }: DashboardSource): string {
  if (push === undefined) return vscode.l10n.t('This Developer Center does not tell the push period.');
  if (push === 'any') return vscode.l10n.t('Pushed at any time of the effective period.');
  if (push === 'onRequest') return vscode.l10n.t('Not pushed: devices ask for it.');
  return vscode.l10n.t('Every day {0} to {1} in {2}', push.from, push.to, overview.plan.effective.zone);
}

/** The rollout from its activation, when nothing was upgraded, to its end, or to now while it runs. */
function timelineOf({ overview: { plan }, statistics, now }: DashboardSource): readonly TimelinePoint[] {
  const points = statistics.timeline.map(({ time, upgraded, upgradeFailed }) => ({
    at: Date.parse(time),
    upgraded,
    failed: upgradeFailed,
  }));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  // An earlier Developer Center does not begin with it.
  const begin = plan.activatedAt === null ? first.at : Date.parse(plan.activatedAt);
  const end = plan.endedAt === null ? now : Date.parse(plan.endedAt);
  return [
    ...(begin < first.at ? [{ at: begin, upgraded: 0, failed: 0 }] : []),
    ...points,
    ...(end > last.at ? [{ ...last, at: end }] : []),
  ];
}

/** Everything the page shows, worded. */
export function dashboardState(source: DashboardSource): DashboardState {
  const { overview, statistics } = source;
  const { plan, devices, successRate } = overview;
  const waves: Wave[] = statistics.waves.map((wave, index) => ({
    percent: wave.percent,
    devices: wave.devices,
    gate: gateOf(source, index),
    open: wave.openedAt !== null,
  }));
  const labels = deviceStatusNames.map((status) => [status, deviceWords(status)]);
  return {
    planName: plan.name,
    planStatus: planWords(plan.status),
    reason: plan.reason,
    server: source.server,
    period: sayPeriod(periodFacts({ effective: plan.effective } as Plan)),
    successRate: formatRate(successRate),
    counts: devices,
    statusLabels: Object.fromEntries(labels) as Record<DeviceStatus, string>,
    timeline: timelineOf(source),
    failures: statistics.failures,
    waves,
    windows: pushStretches(source),
    windowsNote: windowsNote(source),
    start: Date.parse(plan.effective.startUtc),
    end: Date.parse(plan.effective.endUtc),
    now: source.now,
    zone: plan.effective.zone,
    components: statistics.components.map(({ identifier, statuses }) => ({
      identifier,
      statuses: Object.entries(statuses).map(([status, count]) => ({
        label: componentWords(status),
        count,
      })),
    })),
  };
}

/** The page's own words in the language of VS Code. */
export function dashboardWords(): DashboardWords {
  return {
    devices: vscode.l10n.t('Devices'),
    rollout: vscode.l10n.t('Rollout over time'),
    failures: vscode.l10n.t('Failures by cause'),
    waves: vscode.l10n.t('Waves'),
    windows: vscode.l10n.t('Push windows'),
    components: vscode.l10n.t('Components'),
    successRate: vscode.l10n.t('Success rate'),
    period: vscode.l10n.t('Effective'),
    noneYet: vscode.l10n.t('Nothing happened yet.'),
    noFailures: vscode.l10n.t('No device failed.'),
    showDevices: vscode.l10n.t('Show devices'),
    noCause: vscode.l10n.t('no cause given'),
    openLog: vscode.l10n.t('Open log'),
    cause: vscode.l10n.t('Cause'),
    count: vscode.l10n.t('Count'),
    share: vscode.l10n.t('Share'),
    time: vscode.l10n.t('Time'),
    upgraded: vscode.l10n.t('Upgraded'),
    failed: vscode.l10n.t('Upgrade Failed'),
    asTable: vscode.l10n.t('As a table'),
    component: vscode.l10n.t('Component'),
    status: vscode.l10n.t('Status'),
    wave: vscode.l10n.t('Wave'),
    gate: vscode.l10n.t('Gate'),
    now: vscode.l10n.t('now'),
    live: vscode.l10n.t('live'),
    stale: vscode.l10n.t('not live'),
  };
}
