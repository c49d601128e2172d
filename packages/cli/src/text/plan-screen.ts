import type { PlanOverview, PlanStatistics } from '@otaplan/client';
import { sayFailure } from '@otaplan/client';
import type { Connection } from '@otaplan/fleet';
import {
  type DeviceStatus,
  deviceStatuses,
  deviceStatusNames,
  formatRate,
  planStatuses,
  sayMinutes,
  statusLabel,
} from '@otaplan/model';
import { type Colors, shown } from './shown.ts';

export interface ScreenInput {
  readonly plans: readonly PlanOverview[];
  readonly statistics: ReadonlyMap<string, PlanStatistics>;
  readonly connection: Connection;
  readonly server: string;
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
  readonly colors: Colors;
}

/** In the order of the bar: done, on the way, waiting, nothing to do, failed. Each has a sign of its own, so that color is not needed. */
const barOrder: readonly {
  status: DeviceStatus;
  sign: string;
  paint: keyof Colors & ('green' | 'cyan' | 'gray' | 'blue' | 'red');
}[] = [
  { status: 'upgraded', sign: '█', paint: 'green' },
  { status: 'noUpdateRequired', sign: '▓', paint: 'blue' },
  { status: 'upgrading', sign: '▒', paint: 'cyan' },
  { status: 'notUpgraded', sign: '░', paint: 'gray' },
  { status: 'upgradeFailed', sign: '×', paint: 'red' },
];

/** The lines of the live screen, at most as many as the terminal has. Pure. */
export function screen(input: ScreenInput): string[] {
  const { plans, colors, columns, rows, now } = input;
  const head = `${colors.bold('otaplan')} ${shown(input.server)}  ${sayConnection(input.connection, now)}`;
  const lines = [head, ''];
  if (plans.length === 0 && input.connection.state === 'live') lines.push('There are no plans.');
  for (const overview of plans) lines.push(...planLines(overview, input), '');
  const room = Math.max(3, rows - 1);
  const cut =
    lines.length > room
      ? [...lines.slice(0, room - 1), colors.dim(`… ${plans.length} plans; make the window taller or name one`)]
      : lines;
  return [...cut, colors.dim('Ctrl-C ends')].slice(0, rows).map((line) => clip(line, columns));
}

function planLines({ plan, devices, successRate }: PlanOverview, input: ScreenInput): string[] {
  const { colors, columns, now } = input;
  const lines = [
    `${colors.bold(shown(plan.name))}  ${shown(statusLabel(planStatuses, plan.status))}  success ${formatRate(successRate)}  ${timeLeft(plan.effective, now)}${plan.waves.total > 1 ? `  wave ${plan.waves.opened} of ${plan.waves.total}` : ''}`,
    bar(devices, Math.max(10, Math.min(columns - 2, 100)), colors),
    barOrder
      .map(({ status, sign, paint }) =>
        colors[paint](`${sign} ${deviceStatuses[status].label} ${devices[status].toLocaleString('en')}`),
      )
      .join('  '),
  ];
  if (plan.reason) lines.push(colors.yellow(shown(plan.reason)));
  for (const failure of (input.statistics.get(plan.id)?.failures ?? []).slice(0, 4)) {
    const named = failure.devices.slice(0, 3).map(shown).join(', ');
    lines.push(
      `  ${colors.red(`${failure.components} failed`)} ${shown(failure.cause)} ${colors.dim(`(${named}${failure.components > 3 ? ', …' : ''})`)}`,
    );
  }
  return lines;
}

/** A bar of the five statuses, each with at least one cell when it has a device. */
export function bar(devices: PlanOverview['devices'], width: number, colors: Colors): string {
  const { total } = devices;
  if (total === 0) return colors.gray('·'.repeat(width));
  const cells = new Map(
    deviceStatusNames.map((status) => [
      status,
      devices[status] === 0 ? 0 : Math.max(1, Math.round((devices[status] / total) * width)),
    ]),
  );
  let excess = [...cells.values()].reduce((sum, size) => sum + size, 0) - width;
  // Rounding is made good in the widest parts, where it shows least.
  while (excess !== 0) {
    const [widest] = [...cells].sort((a, b) => b[1] - a[1]);
    if (!widest) break;
    cells.set(widest[0], widest[1] - Math.sign(excess));
    excess -= Math.sign(excess);
  }
  return barOrder
    .map(({ status, sign, paint }) => colors[paint](sign.repeat(Math.max(0, cells.get(status) ?? 0))))
    .join('');
}

function timeLeft({ startUtc, endUtc }: PlanOverview['plan']['effective'], now: number): string {
  const [start, end] = [Date.parse(startUtc), Date.parse(endUtc)];
  if (now >= end) return 'period over';
  if (now < start) return `starts in ${sayMinutes(Math.ceil((start - now) / 60_000))}`;
  return `${sayMinutes(Math.floor((end - now) / 60_000))} left`;
}

function sayConnection(connection: Connection, now: number): string {
  switch (connection.state) {
    case 'paused':
    case 'loading':
      return 'connecting …';
    case 'live':
      return 'live';
    case 'waiting':
      return `${sayFailure(connection.failure)} Again in ${Math.max(0, Math.ceil((connection.retryAt - now) / 1000))} s.`;
    case 'stopped':
      return sayFailure(connection.failure);
  }
}

/** Cuts a line to a width, color codes left whole. */
function clip(line: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: color codes begin with the escape character.
  const parts = line.split(/(\x1b\[\d+m)/);
  let room = width;
  return parts
    .map((part, i) => {
      if (i % 2 === 1) return part;
      const kept = [...part].slice(0, room).join('');
      room -= [...kept].length;
      return kept;
    })
    .join('');
}
