import { type Change, comparePlans } from './compare.ts';
import { type Risk, risksOf } from './compare-risks.ts';
import { describeChanges, describePackage } from './compare-words.ts';
import { canonicalJson, planDigest, sha256Hex } from './digest.ts';
import { nameIdentity } from './identifiers.ts';
import type { Plan, PlanPackage } from './plan.ts';

/** Comparison of everything that is declared: plans and packages that came, went, changed, or only changed their name. */

/** What one side declares. */
export interface Declared {
  readonly plans: readonly Plan[];
  readonly packages: readonly PlanPackage[];
}

/** How one plan differs. */
export interface PlanDifference {
  readonly plan: string;
  /**
   * `renamed`: a guess; a plan of the same content but another name is gone. `unmanaged`: at Developer Center, and no file
   * declares it.
   */
  readonly difference: 'created' | 'changed' | 'unchanged' | 'removed' | 'renamed' | 'unmanaged';
  readonly changes: readonly Change[];
  /** One fact each. */
  readonly sentences: readonly string[];
  readonly risks: readonly Risk[];
  /** Devices that the plan lists afterwards; `null`: every device, or there is no plan afterwards. */
  readonly devices: number | null;
  /** Planned start and end afterwards, for an overview. */
  readonly period: { readonly start: string; readonly end: string; readonly zone: string } | null;
}

/** How one package declaration differs. */
export interface PackageDifference {
  readonly package: string;
  /** `renamed` is a guess by the files' digests. */
  readonly difference: 'created' | 'changed' | 'removed' | 'renamed';
  readonly sentences: readonly string[];
}

export interface Differences {
  readonly plans: readonly PlanDifference[];
  readonly packages: readonly PackageDifference[];
}

/** Two sides compared, and what could not be. */
export interface Comparison extends Differences {
  /** What is compared with, in words: `revision “main”`, `Developer Center https://…`. */
  readonly with: string;
  /** What could not be compared and why, a sentence each. */
  readonly notes: readonly string[];
}

/** What is worth telling: everything but what is unchanged. */
export function changedPlans({ plans }: Differences): readonly PlanDifference[] {
  return plans.filter(({ difference }) => difference !== 'unchanged');
}

/** Whether anything differs, for `--exit-code`. What could not be compared counts: nobody knows that it is the same. */
export function differs(comparison: Comparison): boolean {
  return changedPlans(comparison).length + comparison.packages.length + comparison.notes.length > 0;
}

/** One word for a kind of difference, as a reader meets it. */
export const differenceWords: Readonly<Record<PlanDifference['difference'], string>> = {
  created: 'new',
  changed: 'changed',
  unchanged: 'unchanged',
  removed: 'removed',
  renamed: 'renamed, presumably',
  unmanaged: 'unmanaged',
};

/** Compares two sides: plans by name, packages by name; what is unchanged is listed for plans only. */
export function compareDeclared(before: Declared, after: Declared): Differences {
  return { plans: comparePlanSets(before.plans, after.plans), packages: comparePackages(before, after) };
}

/** Compares plan by plan, by name. Order: as they stand afterwards, then what is gone. */
export function comparePlanSets(before: readonly Plan[], after: readonly Plan[]): PlanDifference[] {
  const old = new Map(before.map((plan) => [nameIdentity(plan.name), plan]));
  const now = new Set(after.map((plan) => nameIdentity(plan.name)));
  const gone = new Map(before.filter(({ name }) => !now.has(nameIdentity(name))).map((plan) => [nameless(plan), plan]));
  const renamed = new Set<Plan>();
  const compared = after.map((plan): PlanDifference => {
    const earlier = old.get(nameIdentity(plan.name)) ?? null;
    const twin = earlier === null ? gone.get(nameless(plan)) : undefined;
    const overview = { plan: plan.name, devices: plan.targets.count, period: plan.effective };
    if (twin && !renamed.has(twin)) {
      renamed.add(twin);
      return {
        ...overview,
        difference: 'renamed',
        changes: comparePlans(twin, plan),
        sentences: sayRenamed(twin.name),
        risks: [],
      };
    }
    const changes = comparePlans(earlier, plan);
    const difference = earlier === null ? 'created' : changes.length > 0 ? 'changed' : 'unchanged';
    const risks = difference === 'unchanged' ? [] : risksOf(earlier, plan);
    return { ...overview, difference, changes, sentences: describeChanges(changes, plan), risks };
  });
  const removed = before
    .filter((plan) => !now.has(nameIdentity(plan.name)) && !renamed.has(plan))
    .map(
      (plan): PlanDifference => ({
        plan: plan.name,
        difference: 'removed',
        changes: [],
        sentences: ['No file declares this plan any more; at Developer Center it stays as it is.'],
        risks: [],
        devices: null,
        period: null,
      }),
    );
  return [...compared, ...removed];
}

/** A plan that is at Developer Center and that no file declares. */
export function unmanagedPlan(name: string, status: string): PlanDifference {
  const sentences = [
    `It is at Developer Center (${status}), and no file declares it. “otaplan import” brings it under review.`,
  ];
  return { plan: name, difference: 'unmanaged', changes: [], sentences, risks: [], devices: null, period: null };
}

/** The digest of everything but the name. */
function nameless(plan: Plan): string {
  return planDigest({ ...plan, name: '' });
}

function sayRenamed(name: string): string[] {
  return [
    `Presumably renamed from “${name}”: a plan of that name is gone, and this one says the same in every other word. That is a guess.`,
    'For Developer Center it is another plan: one that was deployed under the old name stays there, and the devices are spread over the waves anew.',
  ];
}

function comparePackages({ packages: before }: Declared, { packages: after }: Declared): PackageDifference[] {
  const old = new Map(before.map((content) => [nameIdentity(content.name), content]));
  const now = new Set(after.map((content) => nameIdentity(content.name)));
  const gone = new Map(
    before.filter(({ name }) => !now.has(nameIdentity(name))).map((each) => [contentOf(each), each]),
  );
  const renamed = new Set<PlanPackage>();
  const compared = after.flatMap((content): PackageDifference[] => {
    const { name } = content;
    const earlier = old.get(nameIdentity(name));
    if (earlier) {
      const sentences = sayPackageChange(earlier, content);
      return sentences.length > 0 ? [{ package: name, difference: 'changed', sentences }] : [];
    }
    const twin = gone.get(contentOf(content));
    if (twin && !renamed.has(twin)) {
      renamed.add(twin);
      const sentences = [`Presumably renamed from “${twin.name}”: version and files are the same. That is a guess.`];
      return [{ package: name, difference: 'renamed', sentences }];
    }
    return [{ package: name, difference: 'created', sentences: [describePackage(content)] }];
  });
  const removed = before
    .filter((content) => !now.has(nameIdentity(content.name)) && !renamed.has(content))
    .map(
      (content): PackageDifference => ({
        package: content.name,
        difference: 'removed',
        sentences: ['No file declares this package any more; at Developer Center it stays as it is.'],
      }),
    );
  return [...compared, ...removed];
}

function contentOf({ name: _, ...content }: PlanPackage): string {
  return sha256Hex(canonicalJson(content));
}

function sayPackageChange(before: PlanPackage, after: PlanPackage): string[] {
  const sentences: string[] = [];
  if (before.type !== after.type) sentences.push(`For component type ${after.type} instead of ${before.type}.`);
  if (before.version !== after.version) sentences.push(`Version ${before.version} → ${after.version}.`);
  if (before.sourceVersion !== after.sourceVersion) {
    const say = (source: string | null) => (source === null ? 'a full package' : `a delta package from ${source}`);
    sentences.push(`It is ${say(after.sourceVersion)} instead of ${say(before.sourceVersion)}.`);
  }
  const files = (content: PlanPackage) => content.files.map(({ name, sha256 }) => `${name} ${sha256 ?? ''}`).join('\n');
  if (files(before) !== files(after)) {
    const say = ({ files: all }: PlanPackage) =>
      all.map(({ name, sha256 }) => `${name} ${sha256?.slice(0, 12) ?? 'digest not known'}`).join(', ');
    sentences.push(
      before.version === after.version && before.sourceVersion === after.sourceVersion
        ? `A rebuild: the same version ${after.version} with other content (${say(before)} → ${say(after)}). Developer Center keeps the content of a version for good; give the new content a new version.`
        : `Files: ${say(before)} → ${say(after)}.`,
    );
  }
  return sentences;
}
