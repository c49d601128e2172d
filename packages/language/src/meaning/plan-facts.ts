import type { AstNode } from 'langium';
import * as ast from '../generated/ast.ts';
import type { PlanMeaning } from './plan.ts';

/** What a plan is held against others by. It holds on to no tree of the plan: thousands of plans are kept as this. */
export interface PlanFacts {
  /** The declarations that it uses: its product, packages and lists. */
  readonly uses: readonly AstNode[];
  /** Names that it uses and that are not visible to it. */
  readonly meant: readonly string[];
  /** Product key; empty while it is not known. */
  readonly productKey: string;
  /** Milliseconds since the epoch. */
  readonly startAt: number | undefined;
  readonly endAt: number | undefined;
  /** Whether every list of its targets could be read; `undefined`: it has no targets. */
  readonly targetsKnown: boolean | undefined;
  readonly all: boolean;
  /** The first and the last of its devices, as texts are ordered, where these are few enough to look at at once. */
  readonly ends: Ends | undefined;
  /** Those of a component that its product has, one for each component identifier: the last. */
  readonly upgrades: readonly UpgradeFacts[];
}

/** Of some device keys, the first and the last. */
export interface Ends {
  readonly first: string;
  readonly last: string;
}

export interface UpgradeFacts {
  /** Component identifier. */
  readonly identifier: string;
  /** Which of the plan's upgrades it is. */
  readonly index: number;
  readonly target: string;
  readonly sources: readonly string[];
}

const none: readonly never[] = [];
/** Of more devices nothing is looked at before it is needed. */
const fewDevices = 1000;

/** The first and the last of some keys. Of none: ends that lie apart from all others. */
export function endsOf(devices: Iterable<string>): Ends {
  let first: string | undefined;
  let last = '';
  for (const key of devices) {
    if (first === undefined || key < first) first = key;
    if (key > last) last = key;
  }
  return { first: first ?? '\uffff', last };
}

/** Works out the facts of a plan. */
export function factsOf(plan: PlanMeaning): PlanFacts {
  const { product, period, targets } = plan;
  const uses: AstNode[] = product ? [product] : [];
  const meant: string[] = [];
  const upgrades = new Map<string, UpgradeFacts>();
  for (const [index, { component, package: resolved, target, sources }] of plan.upgrades.entries()) {
    if (resolved) uses.push(resolved.node);
    if (component) upgrades.set(component.identifier, { identifier: component.identifier, index, target, sources });
  }
  for (const { name, devices } of [...(targets?.include ?? []), ...(targets?.exclude ?? [])]) {
    if (devices) uses.push(devices.node);
    else if (name !== undefined) meant.push(name);
  }
  const named = plan.first(ast.isPlanProduct);
  if (named && !product) meant.push(named.product);
  return {
    // Without the room that lists take to grow.
    uses: uses.slice(),
    meant: meant.length === 0 ? none : meant.slice(),
    productKey: product?.statements.find(ast.isProductKey)?.value ?? '',
    startAt: period?.startAt,
    endAt: period?.endAt,
    targetsKnown: targets?.known,
    all: targets?.all ?? false,
    ends: targets && targets.remaining.length <= fewDevices ? endsOf(targets.remaining) : undefined,
    upgrades: [...upgrades.values()],
  };
}
