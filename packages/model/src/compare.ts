import type { HaltCondition, Mode, Plan, PlanComponent, PlanPackage, PushWindow, Targets, Waves } from './plan.ts';
import { compareVersions } from './versions.ts';

/** Comparison of plans by meaning: what a reviewer has to know, not which lines changed. */

/** An effective period as a change shows it. */
export interface PeriodFacts {
  /** `YYYY-MM-DD HH:MM` on the zone's clock. */
  readonly start: string;
  readonly end: string;
  readonly zone: string;
  readonly startUtc: string;
  readonly endUtc: string;
  readonly minutes: number;
}

/** Entries that came or went: how many, and the first few to recognise them by. */
export interface KeysChanged {
  readonly count: number;
  readonly first: readonly string[];
}

/** Which way a target version goes. `rebuild`: the same version with other content; `other`: cannot be ordered. */
export type Direction = 'upgrade' | 'downgrade' | 'rebuild' | 'other';

interface Fact<K extends string, T> {
  readonly kind: K;
  readonly before: T;
  readonly after: T;
}
interface ComponentFact<K extends string, T> extends Fact<K, T> {
  /** Component identifier. */
  readonly identifier: string;
}

export type Change =
  | { readonly kind: 'created'; readonly plan: Plan }
  | Fact<'name' | 'product', string>
  | Fact<'period', PeriodFacts>
  | Fact<'everyDevice', boolean>
  | {
      readonly kind: 'devices';
      readonly list: 'include' | 'exclude';
      readonly added: KeysChanged;
      readonly removed: KeysChanged;
      /** Entries in the list before and after. */
      readonly before: number;
      readonly after: number;
    }
  | { readonly kind: 'componentAdded' | 'componentRemoved'; readonly component: PlanComponent }
  | (ComponentFact<'version', string> & { readonly direction: Direction })
  | ComponentFact<'sources', readonly string[]>
  | ComponentFact<'packageMode', PlanComponent['mode']>
  | ComponentFact<'componentType' | 'componentName', string>
  | ComponentFact<'scheme', string | null>
  | ComponentFact<'package', PlanPackage | null>
  | Fact<'order', readonly string[]>
  | Fact<'mode', Mode['kind']>
  | Fact<'push', PushWindow | 'any' | 'onRequest'>
  | Fact<'rejection', number>
  | (Fact<'text', string | null> & { readonly language: string })
  | Fact<'battery' | 'signal' | 'retry', number>
  | Fact<'waves', Waves['steps']>
  | Fact<'halt', HaltCondition | null>
  | (Fact<'allow', string | null> & { readonly code: string });

/** How many of the keys that came or went are named. */
const named = 5;

/**
 * What changes in meaning from one plan to another. Empty exactly when both have the same digest.
 * @param before `null`: there was no plan
 */
export function comparePlans(before: Plan | null, after: Plan): Change[] {
  if (before === null) return [{ kind: 'created', plan: after }];
  const changes: Change[] = [];
  fact(changes, 'name', before.name, after.name);
  fact(changes, 'product', before.product, after.product);
  fact(changes, 'period', periodFacts(before), periodFacts(after));
  compareTargets(changes, before.targets, after.targets);
  compareComponents(changes, before.components, after.components);
  compareModes(changes, before.mode, after.mode);
  fact(changes, 'battery', before.conditions.batteryPercent, after.conditions.batteryPercent);
  fact(changes, 'signal', before.conditions.signalDbm, after.conditions.signalDbm);
  fact(changes, 'retry', before.retry, after.retry);
  fact(changes, 'waves', before.waves.steps, after.waves.steps);
  fact(changes, 'halt', before.waves.halt, after.waves.halt);
  compareAllowances(changes, before, after);
  return changes;
}

/** Whether only texts for end users differ, which may be changed until the plan is over (section 3). */
export function onlyTextsChange(changes: readonly Change[]): boolean {
  return changes.length > 0 && changes.every((change) => change.kind === 'text');
}

/** The period of a plan as changes show it. */
export function periodFacts({ effective }: Plan): PeriodFacts {
  const { zone, startUtc, endUtc } = effective;
  const minutes = Math.round((Date.parse(endUtc) - Date.parse(startUtc)) / 60_000);
  return {
    start: effective.start.replace('T', ' '),
    end: effective.end.replace('T', ' '),
    zone,
    startUtc,
    endUtc,
    minutes,
  };
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}

type Facts = {
  [C in Change as C extends Fact<infer K, infer _> ? K : never]: C extends { before: infer T } ? T : never;
};
type PlainKind =
  | 'name'
  | 'product'
  | 'period'
  | 'battery'
  | 'signal'
  | 'retry'
  | 'waves'
  | 'halt'
  | 'mode'
  | 'push'
  | 'rejection';

function fact<K extends PlainKind>(changes: Change[], kind: K, before: Facts[K], after: Facts[K]): void {
  // `kind` and its values belong together by the type of the parameters.
  if (!same(before, after)) changes.push({ kind, before, after } as unknown as Change);
}

function compareTargets(changes: Change[], before: Targets, after: Targets): void {
  if (before.all !== after.all) changes.push({ kind: 'everyDevice', before: before.all, after: after.all });
  for (const list of ['include', 'exclude'] as const) {
    const added = missing(after[list], before[list]);
    const removed = missing(before[list], after[list]);
    if (added.count + removed.count > 0) {
      changes.push({ kind: 'devices', list, added, removed, before: before[list].length, after: after[list].length });
    }
  }
}

/** Keys of `keys` that `others` lacks. */
function missing(keys: readonly string[], others: readonly string[]): KeysChanged {
  const known = new Set(others);
  const first: string[] = [];
  let count = 0;
  for (const key of keys) {
    if (known.has(key)) continue;
    count++;
    if (first.length < named) first.push(key);
  }
  return { count, first };
}

function compareComponents(changes: Change[], before: readonly PlanComponent[], after: readonly PlanComponent[]): void {
  const old = new Map(before.map((component) => [component.identifier, component]));
  const now = new Map(after.map((component) => [component.identifier, component]));
  for (const component of before) {
    if (!now.has(component.identifier)) changes.push({ kind: 'componentRemoved', component });
  }
  for (const component of after) {
    const earlier = old.get(component.identifier);
    if (earlier) compareComponent(changes, earlier, component);
    else changes.push({ kind: 'componentAdded', component });
  }
  const kept = (list: readonly PlanComponent[], other: ReadonlyMap<string, unknown>) =>
    list.map((component) => component.identifier).filter((identifier) => other.has(identifier));
  // What came or went is said above; the order is news only where the others changed places, or a newcomer is not last.
  const expected = [
    ...kept(before, now),
    ...after.map((c) => c.identifier).filter((identifier) => !old.has(identifier)),
  ];
  const order = { before: before.map((c) => c.identifier), after: after.map((c) => c.identifier) };
  if (!same(expected, order.after)) changes.push({ kind: 'order', ...order });
}

function compareComponent(changes: Change[], before: PlanComponent, after: PlanComponent): void {
  const { identifier } = after;
  if (before.type !== after.type)
    changes.push({ kind: 'componentType', identifier, before: before.type, after: after.type });
  if (before.component !== after.component) {
    changes.push({ kind: 'componentName', identifier, before: before.component, after: after.component });
  }
  if (before.target !== after.target) {
    const order = compareVersions(before.target, after.target, after.versions);
    const direction = order === null || order === 0 ? 'other' : order < 0 ? 'upgrade' : 'downgrade';
    changes.push({ kind: 'version', identifier, before: before.target, after: after.target, direction });
  } else if (rebuilt(before.package, after.package)) {
    changes.push({ kind: 'version', identifier, before: before.target, after: after.target, direction: 'rebuild' });
  }
  if (before.mode !== after.mode)
    changes.push({ kind: 'packageMode', identifier, before: before.mode, after: after.mode });
  if (!same(before.sources, after.sources)) {
    changes.push({ kind: 'sources', identifier, before: before.sources, after: after.sources });
  }
  if (before.versions !== after.versions) {
    changes.push({ kind: 'scheme', identifier, before: before.versions, after: after.versions });
  }
  if (!same(before.package, after.package)) {
    changes.push({ kind: 'package', identifier, before: before.package, after: after.package });
  }
}

/** Whether both packages are known by their content, and it differs. */
function rebuilt(before: PlanPackage | null, after: PlanPackage | null): boolean {
  if (before === null || after === null) return false;
  const digests = (content: PlanPackage) => content.files.map((file) => file.sha256).sort();
  const [old, now] = [digests(before), digests(after)];
  return !old.includes(null) && !now.includes(null) && !same(old, now);
}

function compareModes(changes: Change[], before: Mode, after: Mode): void {
  fact(changes, 'mode', before.kind, after.kind);
  fact(changes, 'push', before.push, after.push);
  if (before.kind === 'silent' && after.kind === 'silent') {
    fact(changes, 'rejection', before.afterRejectionMinutes, after.afterRejectionMinutes);
  }
  const [old, now] = [textsOf(before), textsOf(after)];
  for (const language of [...new Set([...Object.keys(old), ...Object.keys(now)])].sort()) {
    const [was, is] = [old[language] ?? null, now[language] ?? null];
    if (was !== is) changes.push({ kind: 'text', language, before: was, after: is });
  }
}

function textsOf(mode: Mode): Readonly<Record<string, string>> {
  return mode.kind === 'manual' ? mode.texts : {};
}

function compareAllowances(changes: Change[], before: Plan, after: Plan): void {
  const reasons = (plan: Plan) => {
    const byCode = new Map<string, string[]>();
    for (const { code, reason } of plan.allow) byCode.set(code, [...(byCode.get(code) ?? []), reason]);
    return byCode;
  };
  const [old, now] = [reasons(before), reasons(after)];
  for (const code of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(code)?.join('; ') ?? null, now.get(code)?.join('; ') ?? null];
    if (was !== is) changes.push({ kind: 'allow', code, before: was, after: is });
  }
}
