import {
  type Allowance,
  type ComponentType,
  formatUtc,
  type Plan,
  type PlanComponent,
  type PlanPackage,
  type Waves,
  withDigest,
} from '@otaplan/model';
import * as ast from '../generated/ast.ts';
import type { PackageMeaning } from '../meaning/package.ts';
import type { PlanMeaning, UpgradeMeaning } from '../meaning/plan.ts';

/** A plan as one document, or what it lacks for that. */
export type Lowered =
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** In words; the same things are findings of the check, with their places. */
  | { readonly kind: 'incomplete'; readonly name: string; readonly lacks: readonly string[] };

/**
 * Lowers a plan: names resolved, defaults filled in, lists sorted and without repeats (components stay in order), times
 * as given and as instants. Formatting, comments, the split into files and the order of statements leave no trace, so
 * they cannot change the digest.
 */
export function lower(plan: PlanMeaning): Lowered {
  const lacks: string[] = [];
  const need = <T>(value: T | undefined, what: string): T | undefined => {
    if (value === undefined) lacks.push(what);
    return value;
  };
  const product = need(plan.product, 'a product that is visible here');
  const key = need(product?.statements.find(ast.isProductKey)?.value, 'the key of its product');
  const effective = need(lowerPeriod(plan), 'an effective period with a zone, whose start and end exist');
  const targets = need(lowerTargets(plan), 'targets that are all known');
  const components = plan.upgrades.map((upgrade) =>
    need(lowerUpgrade(upgrade), `component \`${upgrade.node.component}\` of its product`),
  );
  if (components.length === 0) lacks.push('an `upgrade`');
  const mode = need(plan.mode, 'a `mode`');
  if (!key || !effective || !targets || !mode || lacks.length > 0)
    return { kind: 'incomplete', name: plan.name, lacks };
  const lowered: Omit<Plan, 'digest'> = {
    name: plan.name,
    product: key,
    effective,
    targets,
    components: components.filter((component) => component !== undefined),
    mode,
    conditions: plan.conditions,
    retry: plan.retry,
    waves: lowerWaves(plan.waves),
    allow: lowerAllow(plan),
  };
  // Such a text has no canonical JSON, and so no digest (SYN007 reports it).
  if (!isWellFormed(lowered))
    return { kind: 'incomplete', name: plan.name, lacks: ['text without halves of characters'] };
  return { kind: 'plan', plan: withDigest(lowered) };
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every((each) => isWellFormed(each));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => key.isWellFormed() && isWellFormed(each));
}

function lowerPeriod({ period }: PlanMeaning): Plan['effective'] | undefined {
  if (period?.zone === undefined || period.startAt === undefined || period.endAt === undefined) return undefined;
  const { startText, endText, zone, startAt, endAt } = period;
  return { start: startText, end: endText, zone, startUtc: formatUtc(startAt), endUtc: formatUtc(endAt) };
}

function lowerTargets({ targets }: PlanMeaning): Plan['targets'] | undefined {
  if (!targets?.known) return undefined;
  return {
    all: targets.all,
    include: targets.all ? [] : [...targets.included].sort(),
    exclude: [...targets.excluded].sort(),
    count: targets.all ? null : targets.remaining.length,
  };
}

function lowerUpgrade({
  component,
  target,
  sources,
  delta,
  scheme,
  package: declared,
}: UpgradeMeaning): PlanComponent | undefined {
  if (!component) return undefined;
  return {
    component: component.name,
    type: component.type as ComponentType,
    identifier: component.identifier,
    mode: delta ? 'delta' : 'full',
    target,
    sources: [...new Set(sources)].sort(),
    versions: scheme ?? null,
    package: declared ? lowerPackage(declared) : null,
  };
}

/** A declared package as a plan carries it. Files are sorted; a digest that is not written is that of the file at hand. */
export function lowerPackage(declared: PackageMeaning): PlanPackage | null {
  const { name, type, version, source, files } = declared;
  if (type === undefined || version === undefined) return null;
  const lowered = files.map((file) => ({
    name: file.name,
    sha256: file.declared ?? (file.facts.kind === 'good' ? file.facts.value.sha256.toLowerCase() : null),
  }));
  lowered.sort((a, b) => compare(a.name, b.name) || compare(a.sha256 ?? '', b.sha256 ?? ''));
  return { name, type, version, sourceVersion: source, files: lowered };
}

/** The last wave waits for nothing, whatever is written. */
function lowerWaves({ steps, halt }: Waves): Waves {
  return { steps: steps.map((step, i) => (i === steps.length - 1 ? { ...step, waitMinutes: 0 } : step)), halt };
}

function lowerAllow(plan: PlanMeaning): Allowance[] {
  const byCode = new Map<string, Allowance>();
  for (const { code, reason = '' } of plan.all(ast.isAllow)) if (!byCode.has(code)) byCode.set(code, { code, reason });
  return [...byCode.values()].sort((a, b) => compare(a.code, b.code));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
