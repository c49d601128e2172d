import { limits } from '@otaplan/model';
import type * as ast from '../../generated/ast.ts';
import type { TargetMeaning } from '../../meaning/plan.ts';
import { placeOf, placeOfKeyword } from '../../syntax/source.ts';
import { type FixDraft, remove, rule } from '../rule.ts';
import { counted } from '../wording.ts';

/** An entry as a message calls it. */
function called({ name, key }: TargetMeaning): string {
  return name === undefined ? `“${key}”` : `\`${name}\``;
}

/** A fix that takes an entry out of its list, with the statement when nothing is left of it. */
export function removeEntry(title: string, node: ast.TargetEntry): FixDraft {
  const statement = node.$container;
  const index = statement.entries.indexOf(node);
  const before = statement.entries[index - 1];
  const after = statement.entries[index + 1];
  const at = placeOf(node);
  if (before) return { title, safe: false, edits: [{ at: { ...at, start: placeOf(before).end }, text: '' }] };
  if (after) return { title, safe: false, edits: [{ at: { ...at, end: placeOf(after).start }, text: '' }] };
  return remove(title, placeOf(statement), false);
}

export const tgt002 = rule({
  code: 'TGT002',
  severity: 'warning',
  title: 'Included and excluded',
  sentence: 'A list or a quoted key should not be both included and excluded.',
  why: 'The black list wins, so including it does nothing. One of the two is a slip.',
  bad: 'targets {\n  include pilot, berlin\n  exclude berlin\n}',
  good: 'targets {\n  include pilot, berlin\n  exclude "866123040000013"\n}',
  on: 'plan',
  *check({ targets }) {
    if (!targets) return;
    const included = new Map(targets.include.map((entry) => [called(entry), entry]));
    for (const entry of targets.exclude) {
      const other = included.get(called(entry));
      if (!other) continue;
      yield {
        at: placeOf(entry.node),
        message: `${called(entry)} is both included and excluded, and so not upgraded. Remove one of the two.`,
        related: [{ at: placeOf(other.node), message: 'included here' }],
        fixes: () => [
          removeEntry(`Do not exclude ${called(entry)}`, entry.node),
          ...(targets.include.length > 1 ? [removeEntry(`Do not include ${called(entry)}`, other.node)] : []),
        ],
      };
    }
  },
});

export const tgt015 = rule({
  code: 'TGT015',
  severity: 'warning',
  title: 'Excludes nothing',
  sentence: 'An exclusion should exclude a device that is included.',
  why: 'Who excludes a device means one that the plan would reach. A misspelt key protects nobody.',
  bad: 'targets {\n  include pilot\n  exclude "866123049999999"\n}',
  good: 'targets {\n  include pilot\n  exclude "866123040000013"\n}',
  on: 'plan',
  *check(plan) {
    const { targets, broken } = plan;
    if (!targets || targets.all || broken || !includesKnown(targets.include)) return;
    for (const entry of targets.exclude) {
      if (entry.key === undefined && entry.devices?.known !== true) continue;
      const keys = entry.key === undefined ? (entry.devices?.keys ?? []) : [entry.key];
      if (keys.some((key) => targets.included.has(key))) continue;
      const none =
        entry.key === undefined ? `No device of ${called(entry)} is included` : `${called(entry)} is not included`;
      yield {
        at: placeOf(entry.node),
        message: `${none}, so this excludes nothing. Correct it, or remove it.`,
        fixes: () => [removeEntry(`Remove ${called(entry)}`, entry.node)],
      };
    }
  },
});

function includesKnown(include: readonly TargetMeaning[]): boolean {
  return include.every(({ key, devices }) => key !== undefined || devices?.known === true);
}

export const tgt003 = rule({
  code: 'TGT003',
  severity: 'error',
  title: 'No device left',
  sentence: 'A plan must have a device to upgrade.',
  why: 'Developer Center does not activate a plan for nobody.',
  bad: 'targets {\n  include "866123040000013"\n  exclude "866123040000013"\n}',
  good: 'targets {\n  include "866123040000013"\n}',
  on: 'plan',
  needsWhole: true,
  *check({ targets }) {
    if (!targets || targets.all || !targets.known || targets.remaining.length > 0) return;
    const message =
      targets.include.length === 0
        ? 'No device is included. Add `include` with lists or quoted device keys.'
        : targets.included.size === 0
          ? 'The included lists are empty. Put device keys into them.'
          : `All ${counted(targets.included.size, 'included device')} are excluded again. Include others, or exclude fewer.`;
    yield { at: placeOfKeyword(targets.node, 'targets'), message };
  },
});

export const tgt008 = rule({
  code: 'TGT008',
  severity: 'error',
  title: 'Too many devices',
  sentence: 'A plan must have at most 1,000,000 devices.',
  why: 'Developer Center takes no more in one plan.',
  bad: 'devices every of water_meter from "lists/two-million.csv"',
  good: 'devices north of water_meter from "lists/north.csv"',
  on: 'plan',
  *check({ targets }) {
    const count = targets?.remaining.length ?? 0;
    if (!targets || count <= limits.devicesPerPlan) return;
    const message = `The plan has ${counted(count, 'device')}, over ${limits.devicesPerPlan.toLocaleString('en-US')}. Make several plans of it.`;
    yield { at: placeOfKeyword(targets.node, 'targets'), message };
  },
});
