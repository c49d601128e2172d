import type { Upgrade } from '../../generated/ast.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { type Ends, endsOf, type UpgradeFacts } from '../../meaning/plan-facts.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { counted, some } from '../wording.ts';

const few = 100;

/** A plan of which all is known that is needed to hold it against another. */
export class Comparable {
  readonly plan: PlanMeaning;
  readonly startAt: number;
  readonly endAt: number;
  private made: ReadonlySet<string> | undefined;
  private known: Ends | undefined;

  constructor(plan: PlanMeaning, startAt: number, endAt: number) {
    this.plan = plan;
    this.startAt = startAt;
    this.endAt = endAt;
  }

  /** Product key. */
  get product(): string {
    return this.plan.facts.productKey;
  }
  get all(): boolean {
    return this.plan.facts.all;
  }
  /** Devices of the plan; empty for `all`. Made when first asked for, and kept until all are compared. */
  get devices(): ReadonlySet<string> {
    if (!this.made) {
      this.made = new Set(this.plan.targets?.remaining);
      this.plan.release();
    }
    return this.made;
  }
  /** Lets go of a few devices: they are soon made again, and thousands of plans have them. */
  rest(): void {
    if (this.made && this.made.size <= few) this.made = undefined;
  }
  /** The first and the last of its devices, as texts are ordered: kept, as they tell of most others that they have none in common. */
  get ends(): Ends {
    this.known ??= this.plan.facts.ends ?? endsOf(this.devices);
    return this.known;
  }
  /** For `all`: those that are not upgraded. */
  get excluded(): ReadonlySet<string> {
    return this.plan.targets?.excluded ?? new Set();
  }
  get upgrades(): readonly UpgradeFacts[] {
    return this.plan.facts.upgrades;
  }
  upgrade(identifier: string): UpgradeFacts | undefined {
    return this.upgrades.find((each) => each.identifier === identifier);
  }
  /** The statement of an upgrade. */
  nodeOf({ index }: UpgradeFacts): Upgrade {
    const upgrade = this.plan.upgrades[index];
    if (!upgrade) throw new Error('The plan has no such upgrade.');
    return upgrade.node;
  }
}

/** Two plans for the same product that share devices, and of which a rule has something to say. */
export interface Pair {
  readonly a: Comparable;
  readonly b: Comparable;
  /** Whether there is an instant in both periods. */
  readonly together: boolean;
  /** The devices of both, in words. */
  readonly shared: string;
}

/** What was worked out for a workspace: its plans, and for each the pairs that it is in. */
class Known {
  readonly comparables = new Map<PlanMeaning, Comparable | undefined>();
  readonly partners = new Map<PlanMeaning, Map<PlanMeaning, Pair>>();
  private readonly fleets = new Map<string, Fleet>();
  ordered: { readonly plans: readonly PlanMeaning[]; readonly pairs: readonly Pair[] } = { plans: [], pairs: [] };

  remove(plan: PlanMeaning): void {
    const gone = this.comparables.get(plan);
    this.comparables.delete(plan);
    if (!gone) return;
    this.fleets.get(gone.product)?.remove(gone);
    for (const partner of this.partners.get(plan)?.keys() ?? []) this.partners.get(partner)?.delete(plan);
    this.partners.delete(plan);
  }

  add(plan: PlanMeaning): void {
    const one = comparable(plan);
    this.comparables.set(plan, one);
    if (!one) return;
    const fleet = this.fleets.get(one.product) ?? new Fleet();
    this.fleets.set(one.product, fleet);
    for (const other of fleet.meeting(one)) {
      if (!mayConflict(one, other) || apart(one, other)) continue;
      const shared = sharedDevices(one, other);
      if (shared === undefined) continue;
      const [a, b] = one.startAt < other.startAt ? [one, other] : [other, one];
      const pair: Pair = { a, b, together: b.startAt < a.endAt, shared };
      this.link(plan, other.plan, pair);
      this.link(other.plan, plan, pair);
    }
    fleet.add(one);
  }

  private link(plan: PlanMeaning, partner: PlanMeaning, pair: Pair): void {
    const known = this.partners.get(plan);
    if (known) known.set(partner, pair);
    else this.partners.set(plan, new Map([[partner, pair]]));
  }
}

/** The plans for one product, with where each version is installed and needed. */
class Fleet {
  /** By month of the period; those of many months by themselves. */
  private readonly months = new Map<number, Set<Comparable>>();
  private readonly long = new Set<Comparable>();
  private readonly installing = new Map<string, Set<Comparable>>();
  private readonly needing = new Map<string, Set<Comparable>>();

  add(plan: Comparable): void {
    const months = monthsOf(plan);
    if (!months) this.long.add(plan);
    for (const month of months ?? []) this.months.set(month, (this.months.get(month) ?? new Set()).add(plan));
    for (const key of installedBy(plan)) this.installing.set(key, (this.installing.get(key) ?? new Set()).add(plan));
    for (const key of neededBy(plan)) this.needing.set(key, (this.needing.get(key) ?? new Set()).add(plan));
  }

  remove(plan: Comparable): void {
    this.long.delete(plan);
    for (const month of monthsOf(plan) ?? []) this.months.get(month)?.delete(plan);
    for (const key of installedBy(plan)) this.installing.get(key)?.delete(plan);
    for (const key of neededBy(plan)) this.needing.get(key)?.delete(plan);
  }

  /** The plans that overlap with one, or of which one needs a version that the other installs. */
  meeting(one: Comparable): ReadonlySet<Comparable> {
    const found = new Set<Comparable>();
    const near = monthsOf(one)?.map((month) => this.months.get(month) ?? []) ?? this.months.values();
    for (const plans of [...near, this.long]) {
      for (const other of plans) if (other.startAt < one.endAt && one.startAt < other.endAt) found.add(other);
    }
    for (const key of installedBy(one)) for (const other of this.needing.get(key) ?? []) found.add(other);
    for (const key of neededBy(one)) for (const other of this.installing.get(key) ?? []) found.add(other);
    return found;
  }
}

const month = 30 * 24 * 3_600_000;
const mostMonths = 24;

/** The stretches of about a month in which a plan's period lies; `undefined`: too many to list. */
function monthsOf({ startAt, endAt }: Comparable): number[] | undefined {
  const first = Math.floor(startAt / month);
  const count = Math.floor(endAt / month) - first + 1;
  return count > mostMonths ? undefined : Array.from({ length: count }, (_, index) => first + index);
}

function installedBy({ upgrades }: Comparable): string[] {
  return upgrades.map(({ identifier, target }) => `${identifier}\0${target}`);
}

function neededBy({ upgrades }: Comparable): string[] {
  return upgrades.flatMap(({ identifier, sources }) => sources.map((source) => `${identifier}\0${source}`));
}

const kept = new WeakMap<Workspace, Known>();

/**
 * Every two plans of a workspace that share devices and could get into each other’s way, in the order of the plans.
 * Worked out once for several rules; in a workspace that lives on, anew only for plans that changed: a plan’s meaning is
 * another object as soon as anything that it says is different.
 */
export function pairs(workspace: Workspace): readonly Pair[] {
  const plans = workspace.plans();
  const known = kept.get(workspace) ?? new Known();
  kept.set(workspace, known);
  const { ordered } = known;
  if (ordered.plans.length === plans.length && ordered.plans.every((plan, index) => plan === plans[index])) {
    return ordered.pairs;
  }
  const places = new Map(plans.map((plan, index) => [plan, index]));
  for (const plan of known.comparables.keys()) if (!places.has(plan)) known.remove(plan);
  for (const plan of plans) if (!known.comparables.has(plan)) known.add(plan);
  for (const one of known.comparables.values()) one?.rest();
  const found: Pair[] = [];
  for (const [plan, place] of places) {
    const later = [...(known.partners.get(plan) ?? [])]
      .map(([partner, pair]) => ({ at: places.get(partner) ?? 0, pair }))
      .filter(({ at }) => at > place);
    if (later.length > 1) later.sort((left, right) => left.at - right.at);
    // Of two that begin together, the one that is written first is `a`.
    for (const { pair } of later) {
      const { a, b } = pair;
      found.push(a.startAt === b.startAt && a.plan !== plan ? { ...pair, a: b, b: a } : pair);
    }
  }
  known.ordered = { plans, pairs: found };
  return found;
}

function comparable(plan: PlanMeaning): Comparable | undefined {
  const { startAt, endAt, productKey, targetsKnown } = plan.facts;
  if (startAt === undefined || endAt === undefined || endAt <= startAt) return undefined;
  return targetsKnown && productKey !== '' ? new Comparable(plan, startAt, endAt) : undefined;
}

/** Whether two plans that meet would be in each other's way on the same devices: cheaper to know than the devices. */
function mayConflict(one: Comparable, other: Comparable): boolean {
  const together = one.startAt < other.endAt && other.startAt < one.endAt;
  let common = false;
  for (const mine of one.upgrades) {
    const theirs = other.upgrade(mine.identifier);
    if (!theirs) continue;
    common = true;
    if (mine.target === theirs.target) continue;
    if (together || mine.sources.includes(theirs.target) || theirs.sources.includes(mine.target)) return true;
  }
  return together && !common && one.upgrades.length > 0 && other.upgrades.length > 0;
}

/** Whether all devices of one plan come before those of the other: batches of devices mostly have keys in a row. */
function apart(one: Comparable, other: Comparable): boolean {
  if (one.all || other.all) return false;
  return one.ends.last < other.ends.first || other.ends.last < one.ends.first;
}

function sharedDevices(a: Comparable, b: Comparable): string | undefined {
  if (a.all && b.all) return 'every device of the product';
  const [few, many] = a.all || (!b.all && b.devices.size < a.devices.size) ? [b, a] : [a, b];
  const has = (key: string) => (many.all ? !many.excluded.has(key) : many.devices.has(key));
  const keys: string[] = [];
  let count = 0;
  for (const key of few.devices) {
    if (!has(key)) continue;
    count++;
    if (keys.length < 3) keys.push(key);
  }
  if (count === 0) return undefined;
  return `${counted(count, 'device')} (${some(keys)}${count > keys.length ? ' …' : ''})`;
}
