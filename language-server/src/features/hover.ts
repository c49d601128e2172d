import { ast, keysOf, type PlanMeaning, placeOf } from '@otaplan/language';
import {
  componentStatuses,
  deviceStatuses,
  expectedWaveSizes,
  formatLocal,
  formatOffset,
  formatUtc,
  isZone,
  nameIdentity,
  nextClockChange,
  planStatuses,
  statusLabel,
  windowOpenings,
  offsetAt as zoneOffset,
} from '@otaplan/model';
import { AstUtils } from 'langium';
import { type Hover, MarkupKind } from 'vscode-languageserver';
import { type AtCursor, atCursor, offsetAt } from '../cursor.ts';
import { bytes, count, describeDevice } from '../describe.ts';
import type { Session } from '../session.ts';
import { statements } from '../statements.ts';
import { planOf, type Thing, thingAt } from '../things.ts';
import type { Feature } from './feature.ts';

/** What a plan will do, in sentences; what a zone, version, device, status or keyword is. */
export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register(connection, session) {
    connection.onHover(
      session.answering(({ textDocument, position }): Hover | null => {
        const file = session.source(textDocument.uri)?.file;
        if (!file) return null;
        const offset = offsetAt(file, position);
        const cursor = atCursor(file, offset);
        const told = cursor && tell(session, cursor, offset);
        if (!cursor || !told) return null;
        return {
          contents: { kind: MarkupKind.Markdown, value: told.text },
          range: file.range(told.start ?? cursor.start, told.end ?? cursor.end),
        };
      }),
    );
  },
};

interface Told {
  readonly text: string;
  readonly start?: number;
  readonly end?: number;
}

function tell(session: Session, cursor: AtCursor, offset: number): Told | undefined {
  const { node, property, block } = cursor;
  if (ast.isDevices(node) && property === 'keys') return aboutKey(session, node, offset - block.offset, block.offset);
  if (ast.isZone(node)) {
    const zone = node.name ?? node.bare ?? '';
    return isZone(zone) ? { text: aboutZone(session, zone) } : undefined;
  }
  if (ast.isTargetEntry(node) && node.key !== undefined) {
    const product = planOf(session.project, node)?.product?.statements.find(ast.isProductKey)?.value ?? '';
    return { text: describeDevice(session, product, node.key) };
  }
  const thing = thingAt(session.project, cursor);
  if (thing) return { text: aboutThing(session, thing) };
  return property === undefined ? aboutWord(cursor) : undefined;
}

function aboutKey(session: Session, node: ast.Devices, inBlock: number, blockOffset: number): Told | undefined {
  const { keys, starts } = keysOf(node);
  const index = starts.findIndex((start, i) => start <= inBlock && inBlock <= start + (keys[i]?.length ?? 0));
  const key = keys[index];
  const start = starts[index];
  if (key === undefined || start === undefined) return undefined;
  const file = placeOf(node).source;
  const product = session.project.workspace.visible(file).product(node.product);
  const text = describeDevice(session, product?.statements.find(ast.isProductKey)?.value ?? '', key);
  return { text, start: blockOffset + start, end: blockOffset + start + key.length };
}

function aboutZone(session: Session, zone: string): string {
  const { now } = session;
  const change = nextClockChange(zone, now);
  const next = change
    ? `The clock changes next at ${formatUtc(change.at)}: from UTC${formatOffset(change.before)} to UTC${formatOffset(change.after)}.`
    : 'No change of its clock is known.';
  return `**${zone}**: now ${formatLocal(now, zone)}, UTC${formatOffset(zoneOffset(zone, now))}. ${next}`;
}

function aboutThing(session: Session, thing: Thing): string {
  const { workspace } = session.project;
  switch (thing.kind) {
    case 'product': {
      const title = thing.node.statements.find(ast.isProductTitle)?.value;
      const key = thing.node.statements.find(ast.isProductKey)?.value;
      const parts = thing.node.statements
        .filter(ast.isComponent)
        .map((each) => `- \`${each.name}\`: ${each.type} “${each.identifier}”`);
      return [`**${title ?? thing.node.name}**, product key \`${key ?? '?'}\``, parts.join('\n')].join('\n\n');
    }
    case 'component':
      return `Component \`${thing.node.name}\`: ${thing.node.type} “${thing.node.identifier}”${thing.node.scheme ? `, versions ${thing.node.scheme}` : ''}.`;
    case 'devices': {
      const { keys, known, fileUri } = workspace.devices(thing.node);
      const from = fileUri === undefined ? '' : ` from “${thing.node.list}”`;
      const number = known ? count(new Set(keys).size, 'device') : 'A number of devices that is not known';
      return `${number} of \`${thing.node.product}\`${from}: ${keys
        .slice(0, 5)
        .map((key) => `\`${key}\``)
        .join(', ')}${keys.length > 5 ? ' …' : ''}`;
    }
    case 'package':
      return aboutPackage(session, thing.node);
    case 'plan':
      return aboutPlan(session, workspace.plan(thing.node));
  }
}

function aboutPackage(session: Session, node: ast.Package): string {
  const meaning = session.project.workspace.packages(placeOf(node).source).find((each) => each.node === node);
  if (!meaning) return '';
  const kind = meaning.source === null ? 'Full package' : `Delta package from ${meaning.source}`;
  const files = meaning.files.map(({ path, facts, declared }) => {
    const size =
      facts.kind === 'good' ? bytes(facts.value.size) : facts.kind === 'bad' ? facts.reason : 'size not known';
    const digest = declared ?? (facts.kind === 'good' ? facts.value.sha256 : undefined);
    const differs =
      declared !== undefined && facts.kind === 'good' && facts.value.sha256 !== declared
        ? ' (**the file differs**)'
        : '';
    return `- \`${path}\`, ${size}${digest === undefined ? '' : `, SHA-256 \`${digest.slice(0, 12)}…\`${differs}`}`;
  });
  const remarks = node.statements.find(ast.isPackageRemarks)?.text;
  return [
    `**${node.name}**: ${kind} for ${meaning.type ?? '?'}, version ${meaning.version ?? '?'}`,
    files.join('\n'),
    remarks ?? '',
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** What a plan will do, in sentences. */
function aboutPlan(session: Session, plan: PlanMeaning): string {
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
    `Devices begin with at least ${conditions.batteryPercent} % battery and ${conditions.signalDbm} dBm; a failure is tried again up to ${count(plan.retry, 'time')}.`,
  );
  if (waves.steps.length > 1) lines.push(aboutWaves(plan));
  const deployed = session.deployed?.get(nameIdentity(plan.name));
  if (deployed) lines.push(`At Developer Center: **${statusLabel(planStatuses, deployed.status)}**.`);
  return lines.join('\n\n').replaceAll('\n\n- ', '\n- ');
}

function aboutMode({ mode, period }: PlanMeaning): string {
  if (mode?.kind === 'manual') return 'The end user confirms the upgrade.';
  if (mode?.push === 'onRequest') return 'Silent; nothing is pushed, devices ask.';
  if (mode?.push === 'any' || !mode || !period?.zone || period.startAt === undefined || period.endAt === undefined)
    return 'Silent; pushed at any time.';
  const { from, to } = mode.push;
  const openings = windowOpenings(mode.push, period.zone, period.startAt, period.endAt).filter(
    ({ stretches }) => stretches.length > 0,
  );
  return `Silent; pushed from ${from} to ${to} local time, in ${count(openings.length, 'push window')}.`;
}

/** When waves open at the earliest, and how many devices each adds. */
function aboutWaves({ waves, period, targets }: PlanMeaning): string {
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

/** Keywords, with the rule that they follow; statuses where a comment names one. */
function aboutWord({ node, word }: AtCursor): Told | undefined {
  const blocks: readonly (string | undefined)[] = [ast.isMode(node) ? 'plan' : undefined, ...ancestors(node)];
  for (const block of blocks) {
    if (block === undefined) continue;
    const found = Object.entries(statements[block] ?? {}).find(([key]) => key.split(' ')[0] === word);
    if (found) return { text: `\`${found[1].shape}\`\n\n${found[1].meaning}` };
  }
  for (const table of [planStatuses, deviceStatuses, componentStatuses]) {
    const entry = Object.values(table).find(({ label }) => label === word);
    if (entry) return { text: `**${entry.label}**, code ${entry.code}` };
  }
  return undefined;
}

/** The blocks around a node as the table of statements calls them, innermost first. */
function ancestors(node: AtCursor['node']): string[] {
  const names: Readonly<Record<string, string>> = {
    Mode: 'mode',
    Targets: 'targets',
    Conditions: 'conditions',
    Waves: 'waves',
    Plan: 'plan',
    Package: 'package',
    Product: 'product',
  };
  const found: string[] = [];
  for (let each: AtCursor['node'] | undefined = node.$container; each; each = each.$container) {
    const name = names[each.$type];
    if (name) found.push(name);
  }
  const own = names[node.$type];
  const inside = AstUtils.getContainerOfType(node, ast.isPlan) ? [] : own ? [own] : [];
  return [...found, ...inside, 'file'];
}
