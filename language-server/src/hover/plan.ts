import { ast, type PlanMeaning } from '@otaplan/language';
import {
  expectedWaveSizes,
  formatLocal,
  formatUtc,
  nameIdentity,
  planStatuses,
  statusLabel,
  windowOpenings,
} from '@otaplan/model';
import { count } from '../describe.ts';
import type { Session } from '../session.ts';

/** What a plan will do, in sentences. */
export function aboutPlan(session: Session, plan: PlanMeaning): string {
  const { targets, period, upgrades, mode, waves, conditions } = plan;
  const product =
    plan.product?.statements.find(ast.isProductTitle)?.value ?? plan.product?.name ?? 'an unknown product';
  const number = targets?.all
    ? 'every device'
    : targets?.known
      ? count(targets.remaining.length, 'device')
      : 'an unknown number of devices';
  const lines = [
    `Upgrades **${number}** of ${product}${targets && targets.excluded.size > 0 ? `, leaving out ${targets.excluded.size}` : ''}.`,
  ];
  for (const { node, target, sources, delta } of upgrades) {
    const from = sources.length === 0 ? 'from any version' : `from ${sources.join(' or ')}`;
    lines.push(`- \`${node.component}\` ${from} to **${target}**${delta ? ', by a delta package' : ''}`);
  }
  if (period?.startAt !== undefined && period.endAt !== undefined && period.zone !== undefined) {
    const days = Math.round((period.endAt - period.startAt) / 8_640_000) / 10;
    lines.push(
      `From ${period.startText.replace('T', ' ')} to ${period.endText.replace('T', ' ')} in ${period.zone}: ${formatUtc(period.startAt)} to ${formatUtc(period.endAt)}, ${count(days, 'day')}.`,
    );
  }
  if (mode) lines.push(aboutMode(plan));
  lines.push(
    `Devices begin with at least ${conditions.batteryPercent} % battery and ${conditions.signalDbm} dBm; ${mode?.kind === 'manual' ? 'a failure is tried again by the end user' : `a failure is tried again up to ${count(plan.retry, 'time')}`}.`,
  );
  if (waves.steps.length > 1) lines.push(aboutWaves(plan));
  const deployed = session.deployed?.get(nameIdentity(plan.name));
  if (deployed) lines.push(`At Developer Center: **${statusLabel(planStatuses, deployed.status)}**.`);
  return lines.join('\n\n').replaceAll('\n\n- ', '\n- ');
}

function aboutMode(plan: PlanMeaning): string {
  const { mode } = plan;
  const how = mode?.kind === 'manual' ? 'The end user confirms; devices with auto-confirmation are' : 'Silent;';
  if (mode?.push === 'onRequest') return 'Silent; nothing is pushed, devices ask.';
  if (mode === undefined || mode.push === 'any') return `${how} pushed at any time.`;
  const { from, to } = mode.push;
  const windows = pushWindows(plan);
  return `${how} pushed from ${from} to ${to} local time${windows ? `, in ${count(windows.length, 'push window')}` : ''}.`;
}

/** The stretches of a plan's push windows that lie in its period, as instants; `undefined` where that cannot be told. */
function pushWindows({ mode, period }: PlanMeaning) {
  if (!mode || mode.push === 'any' || mode.push === 'onRequest') return undefined;
  if (!period?.zone || period.startAt === undefined || period.endAt === undefined) return undefined;
  return windowOpenings(mode.push, period.zone, period.startAt, period.endAt).filter(
    ({ stretches }) => stretches.length > 0,
  );
}

/** When a push period opens first and last. */
export function aboutPush(plan: PlanMeaning): string | undefined {
  const windows = pushWindows(plan);
  const zone = plan.period?.zone;
  const [first, last] = [windows?.at(0)?.stretches.at(0), windows?.at(-1)?.stretches.at(-1)];
  if (!windows || zone === undefined || !first || !last) return undefined;
  const stretch = ({ from, to }: typeof first) =>
    `${formatLocal(from, zone)} to ${formatLocal(to, zone)} (${formatUtc(from)} to ${formatUtc(to)})`;
  return `${count(windows.length, 'push window')} in the period.\n\n- first: ${stretch(first)}\n- last: ${stretch(last)}`;
}

/** When waves open at the earliest, and how many devices each adds. */
export function aboutWaves({ waves, period, targets }: PlanMeaning): string {
  const sizes = targets?.known && !targets.all ? expectedWaveSizes(waves, targets.remaining.length) : undefined;
  let at = period?.startAt;
  const lines = waves.steps.map(({ percent, waitMinutes }, index) => {
    const when = at === undefined || period?.zone === undefined ? '' : ` from ${formatLocal(at, period.zone)}`;
    if (at !== undefined) at += waitMinutes * 60_000;
    return `- ${percent} %${when}${sizes ? `, about ${count(sizes[index] ?? 0, 'device')} more` : ''}`;
  });
  const { halt } = waves;
  return [
    'In waves, at the earliest:',
    ...lines,
    halt ? `\nHalts when over ${halt.failedPercent} % of at least ${halt.sample} failed.` : '',
  ]
    .join('\n')
    .trimEnd();
}
