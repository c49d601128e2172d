import { formatLocal } from '@otaplan/model';
import type { UpgradeFacts } from '../../meaning/plan-facts.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { type Problem, rule } from '../rule.ts';
import { counted, shown } from '../wording.ts';
import { type Comparable, type Pair, pairs } from './pairs.ts';

/** Both sides of a pair, each with the other, so that a finding stands in both plans. */
function sides({ a, b }: Pair): [Comparable, Comparable][] {
  return [
    [a, b],
    [b, a],
  ];
}

/** A plan's words that get into the way of another plan; the problem is worded only when it is told. */
type Conflict = readonly [words: object, problem: () => Problem];

/** Tells each words' conflicts once: the first in full, the next few as related places, the rest by number. */
function* byWords(conflicts: Iterable<Conflict>): Iterable<Problem> {
  const grouped = new Map<object, (() => Problem)[]>();
  for (const [words, problem] of conflicts) {
    const known = grouped.get(words);
    if (known) known.push(problem);
    else grouped.set(words, [problem]);
  }
  for (const [first, ...others] of grouped.values()) {
    if (!first) continue;
    const problem = first();
    const more = others.length === 0 ? '' : ` So it is with ${counted(others.length, 'other plan')}.`;
    const related = [problem, ...others.slice(0, 4).map((other) => other())].flatMap((each) => each.related ?? []);
    yield { ...problem, message: `${problem.message}${more}`, related };
  }
}

/** Components that both plans upgrade, to different targets. */
function disputed(one: Comparable, other: Comparable): [UpgradeFacts, UpgradeFacts][] {
  const found: [UpgradeFacts, UpgradeFacts][] = [];
  for (const mine of one.upgrades) {
    const theirs = other.upgrade(mine.identifier);
    if (theirs && theirs.target !== mine.target) found.push([mine, theirs]);
  }
  return found;
}

function both({ a, b }: Pair): string {
  const zone = a.plan.period?.zone ?? 'UTC';
  const [from, to] = [Math.max(a.startAt, b.startAt), Math.min(a.endAt, b.endAt)];
  return `from ${formatLocal(from, zone)} to ${formatLocal(to, zone)}`;
}

export const xpl001 = rule({
  code: 'XPL001',
  severity: 'error',
  title: 'Two plans, one component',
  sentence: 'Two plans must not want different versions of a component on the same devices at the same time.',
  why: 'Developer Center refuses to activate the second.',
  bad: 'plan "A" { … include pilot … upgrade modem to "2.4.0" … }\nplan "B" { … include pilot … upgrade modem to "2.5.0" … } // same period',
  good: 'plan "A" { … include pilot … upgrade modem to "2.4.0" … }\nplan "B" { … include berlin … upgrade modem to "2.5.0" … }',
  on: 'workspace',
  check: (workspace) => byWords(wantedTwice(workspace)),
});

function* wantedTwice(workspace: Workspace): Iterable<Conflict> {
  for (const pair of pairs(workspace)) {
    if (!pair.together) continue;
    for (const [one, other] of sides(pair)) {
      for (const [mine, theirs] of disputed(one, other)) {
        yield [
          mine,
          () => ({
            at: placeOf(one.nodeOf(mine), 'target'),
            message: `${quote(other.plan.name)} upgrades \`${other.nodeOf(theirs).component}\` of ${pair.shared} to ${shown(theirs.target)} ${both(pair)}, and this plan to ${shown(mine.target)}. Part the devices or the periods.`,
            related: [{ at: placeOf(other.nodeOf(theirs)), message: 'the other plan' }],
          }),
        ];
      }
    }
  }
}

export const xpl002 = rule({
  code: 'XPL002',
  severity: 'warning',
  title: 'Two plans on the same devices',
  sentence: 'Two plans should not upgrade different components of the same devices at the same time.',
  why: 'Their order is left to chance. In one plan it is the order of the statements.',
  bad: 'plan "A" { … include pilot … upgrade modem … }\nplan "B" { … include pilot … upgrade main_mcu … } // same period',
  good: 'plan "A" { … include pilot … upgrade modem … upgrade main_mcu … }',
  on: 'workspace',
  check: (workspace) => byWords(onSameDevices(workspace)),
});

function* onSameDevices(workspace: Workspace): Iterable<Conflict> {
  for (const pair of pairs(workspace)) {
    if (!pair.together || pair.a.upgrades.some(({ identifier }) => pair.b.upgrade(identifier))) continue;
    if (pair.a.upgrades.length === 0 || pair.b.upgrades.length === 0) continue;
    for (const [one, other] of sides(pair)) {
      yield [
        one.plan,
        () => ({
          at: placeOf(one.plan.node, 'name'),
          message: `${quote(other.plan.name)} upgrades other components of ${pair.shared} ${both(pair)}. Put both into one plan, or one after the other.`,
          related: [{ at: placeOf(other.plan.node, 'name'), message: 'the other plan' }],
        }),
      ];
    }
  }
}

export const xpl004 = rule({
  code: 'XPL004',
  severity: 'warning',
  title: 'Plan that comes too early',
  sentence: 'A plan that needs a version should begin after the plan that installs it has ended.',
  why: 'Until then devices do not match, and wait in vain.',
  bad: 'plan "A" { effective … to 2026-12-15 … upgrade modem to "2.4.0" … }\nplan "B" { effective 2026-12-10 … upgrade modem to "2.5.0" from "2.4.0" … }',
  good: 'plan "A" { effective … to 2026-12-15 … upgrade modem to "2.4.0" … }\nplan "B" { effective 2026-12-16 … upgrade modem to "2.5.0" from "2.4.0" … }',
  on: 'workspace',
  check: (workspace) => byWords(tooEarly(workspace)),
});

function* tooEarly(workspace: Workspace): Iterable<Conflict> {
  for (const pair of pairs(workspace)) {
    for (const [needing, installing] of sides(pair)) {
      if (installing.endAt <= needing.startAt) continue;
      for (const mine of needing.upgrades) {
        const theirs = installing.upgrade(mine.identifier);
        const index = theirs ? mine.sources.indexOf(theirs.target) : -1;
        if (!theirs || index === -1 || theirs.target === mine.target) continue;
        yield [
          wordsOf(mine, index),
          () => {
            const node = needing.nodeOf(mine);
            const end = installing.plan.period?.endText.replace('T', ' ');
            return {
              at: placeOf(node.sources[index] ?? node),
              message: `${quote(installing.plan.name)} installs ${shown(theirs.target)} on ${pair.shared} until ${end}, and this plan needs it before. Begin after that end.`,
              related: [{ at: placeOf(installing.nodeOf(theirs)), message: 'the plan that installs it' }],
            };
          },
        ];
      }
    }
  }
}

const words = new WeakMap<UpgradeFacts, Map<number, object>>();

/** Stands for one of the sources of an upgrade: conflicts are told once for each. */
function wordsOf(upgrade: UpgradeFacts, source: number): object {
  const ofUpgrade = words.get(upgrade) ?? new Map<number, object>();
  words.set(upgrade, ofUpgrade);
  const known = ofUpgrade.get(source) ?? {};
  ofUpgrade.set(source, known);
  return known;
}

export const xpl006 = rule({
  code: 'XPL006',
  severity: 'error',
  title: 'Plans undo each other',
  sentence: 'Two plans must not take the same devices back and forth.',
  why: 'Devices would be upgraded and downgraded in turn as long as both plans run.',
  bad: 'plan "A" { … upgrade modem to "2.4.0" from "2.3.0" … }\nplan "B" { … upgrade modem to "2.3.0" from "2.4.0" … } // same devices and period',
  good: 'plan "A" { … upgrade modem to "2.4.0" from "2.3.0" … }',
  on: 'workspace',
  check: (workspace) => byWords(backAndForth(workspace)),
});

function* backAndForth(workspace: Workspace): Iterable<Conflict> {
  for (const pair of pairs(workspace)) {
    if (!pair.together) continue;
    for (const [one, other] of sides(pair)) {
      for (const [mine, theirs] of disputed(one, other)) {
        if (!mine.sources.includes(theirs.target) || !theirs.sources.includes(mine.target)) continue;
        yield [
          mine,
          () => ({
            at: placeOf(one.nodeOf(mine)),
            message: `This takes \`${one.nodeOf(mine).component}\` from ${shown(theirs.target)} to ${shown(mine.target)}, and ${quote(other.plan.name)} back again, on ${pair.shared}. Remove one of the two.`,
            related: [{ at: placeOf(other.nodeOf(theirs)), message: 'the way back' }],
          }),
        ];
      }
    }
  }
}
