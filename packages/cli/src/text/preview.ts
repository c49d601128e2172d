import type { PlanPreview } from '@otaplan/client';
import { formatLocal, type Plan, periodFacts, sayMinutes, sayPeriod, sayPush } from '@otaplan/model';
import { shown, table } from './shown.ts';

const ways: Readonly<Record<string, string>> = {
  upgrade: 'upgraded',
  atTarget: 'no update required',
  noWay: 'no way to the target',
  notReported: 'version not reported',
};

/** Why activation would be refused, after a deployment has uploaded what the plan brings along. */
export function refusalsOf(plan: Plan, preview: PlanPreview): PlanPreview['refusals'] {
  const lacking = preview.packages.filter(({ present, identifier }) => !present && !declares(plan, identifier));
  return preview.refusals.filter(({ problem }) => problem !== 'package-missing' || lacking.length > 0);
}

/** Whether the plan brings the package of a component along. */
function declares(plan: Plan, identifier: string): boolean {
  return plan.components.some((component) => component.identifier === identifier && component.package !== null);
}

/** What Developer Center says a plan would do now, in words. Local times are on the clock of the plan's zone. */
export function previewText(plan: Plan, preview: PlanPreview): string {
  const lines = [
    `Plan “${shown(plan.name)}”`,
    `  Effective ${sayPeriod(periodFacts(plan))}.`,
    devices(preview),
    ...preview.components.flatMap(component),
    ...preview.conflicts.map(
      ({ planName, identifier, devices: count }) =>
        `  Conflict: plan “${shown(planName)}” wants ${shown(identifier)} of ${number(count)} of these devices.`,
    ),
    ...preview.packages
      .filter(({ present }) => !present)
      .map(({ identifier, version }) => {
        const how = declares(plan, identifier) ? 'not there yet; deploying uploads it' : 'not there';
        return `  Package for ${shown(identifier)} ${shown(version)} is ${how}.`;
      }),
    ...windows(plan, preview),
    ...waves(plan, preview),
    ...refusalsOf(plan, preview).map(({ detail }) => `  Activation would be refused: ${shown(detail)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function devices({ devices: { matched, online, excluded, unknown, unknownFirst } }: PlanPreview): string {
  const more = unknown > unknownFirst.length ? ', …' : '';
  const notKnown =
    unknown > 0 ? `, ${number(unknown)} not known there (${unknownFirst.map(shown).join(', ')}${more})` : '';
  return `  Devices: ${number(matched)} matched, ${number(online)} of them online, ${number(excluded)} excluded${notKnown}.`;
}

function component({ identifier, target, versions }: PlanPreview['components'][number]): string[] {
  const rows = versions.map((each) => [
    `    ${shown(each.version ?? '–')}`,
    number(each.devices),
    ways[each.way] ?? shown(each.way),
  ]);
  return [`  ${shown(identifier)} to ${shown(target)}:`, ...(rows.length > 0 ? [table(rows).trimEnd()] : [])];
}

/** Each opening of each day; a plan without windows says what it has instead. */
function windows({ mode, effective: { zone } }: Plan, preview: PlanPreview): string[] {
  if (preview.windows.length === 0) return [`  Push period: ${sayPush(mode.push)}.`];
  const rows = preview.windows.map(({ fromUtc, toUtc, minutes, clockChange }) => [
    `    ${stretch(formatLocal(Date.parse(fromUtc), zone), formatLocal(Date.parse(toUtc), zone))}`,
    `UTC ${stretch(utc(fromUtc), utc(toUtc))}`,
    `${sayMinutes(minutes)}${clockChange ? ', clock change' : ''}`,
  ]);
  return [`  Push windows (${shown(zone)}, zone data ${shown(preview.zoneData)}):`, table(rows).trimEnd()];
}

function waves({ effective: { zone } }: Plan, preview: PlanPreview): string[] {
  if (preview.waves.length < 2) return [];
  return preview.waves.map(
    ({ percent, devices: count, opensUtc }, i) =>
      `  Wave ${i + 1}: up to ${percent} %, ${number(count)} devices, from ${formatLocal(Date.parse(opensUtc), zone)} (UTC ${utc(opensUtc)}).`,
  );
}

/** From one `YYYY-MM-DD HH:MM` to another; the day is said once when it is the same. */
function stretch(from: string, to: string): string {
  return `${from} to ${to.startsWith(from.slice(0, 10)) ? to.slice(11) : to}`;
}

function utc(instant: string): string {
  return formatLocal(Date.parse(instant), 'UTC');
}

function number(count: number): string {
  return count.toLocaleString('en');
}
