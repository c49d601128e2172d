import { ast, keysOf, placeOf, type SourceFile } from '@otaplan/language';
import { formatLocal, formatOffset, formatUtc, isZone, nextClockChange, offsetAt as zoneOffset } from '@otaplan/model';
import { AstUtils } from 'langium';
import { type Hover, MarkupKind } from 'vscode-languageserver';
import { type AtCursor, atCursor, offsetAt } from '../cursor.ts';
import { count, describeDevice } from '../describe.ts';
import { aboutPlan, aboutPush, aboutWaves } from '../hover/plan.ts';
import { statusIn } from '../hover/statuses.ts';
import { aboutPackage, aboutVersion } from '../hover/versions.ts';
import { aboutDateTime, aboutRule, aboutWord } from '../hover/words.ts';
import type { Session } from '../session.ts';
import { planOf, type Thing, thingAt, upgradeOf } from '../things.ts';
import type { Feature } from './feature.ts';

/** What a plan will do, in sentences; what a zone, time, version, device, status, rule or keyword is. */
export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register(connection, session) {
    connection.onHover(
      session.answering(({ textDocument, position }): Hover | null => {
        const file = session.source(textDocument.uri)?.file;
        if (!file) return null;
        const offset = offsetAt(file, position);
        const cursor = atCursor(file, offset);
        const told = (cursor && tell(session, cursor, offset)) ?? aboutStatus(file, offset);
        if (!told) return null;
        return {
          contents: { kind: MarkupKind.Markdown, value: told.text },
          range: file.range(told.start ?? cursor?.start ?? offset, told.end ?? cursor?.end ?? offset),
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
  const text = tellOfWord(session, cursor);
  return text === undefined ? undefined : { text };
}

function tellOfWord(session: Session, cursor: AtCursor): string | undefined {
  const { node, property } = cursor;
  const plan = planOf(session.project, node);
  if (ast.isZone(node)) {
    const zone = node.name ?? node.bare ?? '';
    return isZone(zone) ? aboutZone(session, zone) : undefined;
  }
  if (ast.isTargetEntry(node) && node.key !== undefined) {
    return describeDevice(session, plan?.product?.statements.find(ast.isProductKey)?.value ?? '', node.key);
  }
  if (ast.isAllow(node) && property === 'code') return aboutRule(node.code);
  if (ast.isDateTime(node) && plan) return aboutDateTime(node, plan, session.now);
  const upgrade = upgradeOf(session.project, node);
  if (upgrade && ast.isVersion(node)) return aboutVersion(session, upgrade, node);
  const thing = thingAt(session.project, cursor);
  if (thing) return aboutThing(session, thing);
  const more = plan && aboutSchedule(node, plan);
  const texts = property !== undefined && cursor.word.startsWith('"');
  const word = texts ? undefined : aboutWord(cursor);
  return more === undefined ? word : [word, more].filter(Boolean).join('\n\n');
}

/** What the statements of when and how many come to in this plan. */
function aboutSchedule(node: AtCursor['node'], plan: NonNullable<ReturnType<typeof planOf>>): string | undefined {
  if (ast.isPush(node)) return aboutPush(plan);
  return AstUtils.getContainerOfType(node, ast.isWaves) && plan.waves.steps.length > 1 ? aboutWaves(plan) : undefined;
}

/** A status that a comment or a text names. */
function aboutStatus(file: SourceFile, offset: number): Told | undefined {
  const start = Math.max(file.text.lastIndexOf('\n', offset - 1) + 1, offset - 40);
  const found = statusIn(file.text.slice(start, offset + 40).split('\n', 1)[0] ?? '', offset - start);
  return found && { text: found.text, start: start + found.start, end: start + found.end };
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
