import * as ast from '../../generated/ast.ts';
import type { PlanMeaning, UpgradeMeaning } from '../../meaning/plan.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { counted, some } from '../wording.ts';

/** A plan of which all is known that is needed to hold it against another. */
export interface Comparable {
  readonly plan: PlanMeaning;
  readonly startAt: number;
  readonly endAt: number;
  readonly all: boolean;
  /** Devices of the plan; empty for `all`. Made when first asked for: most plans are never compared. */
  readonly devices: () => ReadonlySet<string>;
  /** For `all`: those that are not upgraded. */
  readonly excluded: ReadonlySet<string>;
  /** By component identifier. */
  readonly upgrades: ReadonlyMap<string, UpgradeMeaning>;
}

/** Two plans for the same product that share devices. */
export interface Pair {
  readonly a: Comparable;
  readonly b: Comparable;
  /** Whether there is an instant in both periods. */
  readonly together: boolean;
  /** The devices of both, in words. */
  readonly shared: string;
}

const kept = new WeakMap<Workspace, { readonly plans: readonly PlanMeaning[]; readonly pairs: readonly Pair[] }>();

/** Every two plans of a workspace that share devices and could get into each other’s way. Worked out once for several rules. */
export function pairs(workspace: Workspace): readonly Pair[] {
  const plans = workspace.plans();
  const known = kept.get(workspace);
  // A plan’s meaning is another object as soon as anything that it says is different.
  if (known && known.plans.length === plans.length && known.plans.every((plan, index) => plan === plans[index])) {
    return known.pairs;
  }
  const found: Pair[] = [];
  const byProduct = Map.groupBy(plans.flatMap(comparable), ({ plan }) => productKey(plan));
  for (const ofProduct of byProduct.values()) {
    for (const [a, others] of candidates(ofProduct)) {
      for (const b of others) {
        const shared = sharedDevices(a, b);
        if (shared !== undefined) found.push({ a, b, together: b.startAt < a.endAt, shared });
      }
    }
  }
  kept.set(workspace, { plans, pairs: found });
  return found;
}

/** For each plan those that begin no earlier and overlap with it, or that one of the two leads to: each pair once. */
function candidates(plans: readonly Comparable[]): Map<Comparable, Set<Comparable>> {
  const sorted = plans.toSorted((left, right) => left.startAt - right.startAt);
  const place = new Map(sorted.map((plan, index) => [plan, index]));
  const found = new Map<Comparable, Set<Comparable>>();
  const add = (one: Comparable, other: Comparable) => {
    if (one === other) return;
    const [a, b] = (place.get(one) ?? 0) < (place.get(other) ?? 0) ? [one, other] : [other, one];
    found.set(a, (found.get(a) ?? new Set()).add(b));
  };
  const needing = new Map<string, Comparable[]>();
  for (const [index, a] of sorted.entries()) {
    for (let next = index + 1; (sorted[next]?.startAt ?? a.endAt) < a.endAt; next++) {
      const b = sorted[next];
      if (b) add(a, b);
    }
    for (const [identifier, { sources }] of a.upgrades) {
      for (const source of new Set(sources)) {
        const key = `${identifier}\0${source}`;
        const list = needing.get(key);
        if (list) list.push(a);
        else needing.set(key, [a]);
      }
    }
  }
  for (const plan of sorted) {
    for (const [identifier, { target }] of plan.upgrades) {
      for (const other of needing.get(`${identifier}\0${target}`) ?? []) add(plan, other);
    }
  }
  return found;
}

function productKey(plan: PlanMeaning): string {
  return plan.product?.statements.find(ast.isProductKey)?.value ?? '';
}

function comparable(plan: PlanMeaning): Comparable[] {
  const { period, targets } = plan;
  if (period?.startAt === undefined || period.endAt === undefined || period.endAt <= period.startAt) return [];
  if (!targets?.known || productKey(plan) === '') return [];
  const upgrades = new Map<string, UpgradeMeaning>();
  for (const upgrade of plan.upgrades) if (upgrade.component) upgrades.set(upgrade.component.identifier, upgrade);
  const { startAt, endAt } = period;
  let made: ReadonlySet<string> | undefined;
  const devices = () => {
    made ??= new Set(targets.remaining);
    return made;
  };
  return [{ plan, startAt, endAt, all: targets.all, devices, excluded: targets.excluded, upgrades }];
}

function sharedDevices(a: Comparable, b: Comparable): string | undefined {
  if (a.all && b.all) return 'every device of the product';
  const [few, many] = a.all || (!b.all && b.devices().size < a.devices().size) ? [b, a] : [a, b];
  const has = (key: string) => (many.all ? !many.excluded.has(key) : many.devices().has(key));
  const keys: string[] = [];
  let count = 0;
  for (const key of few.devices()) {
    if (!has(key)) continue;
    count++;
    if (keys.length < 3) keys.push(key);
  }
  if (count === 0) return undefined;
  return `${counted(count, 'device')} (${some(keys)}${count > keys.length ? ' …' : ''})`;
}
