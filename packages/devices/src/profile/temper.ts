import type { Draws } from './draws.ts';
import type { Fault, FaultKind } from './fault.ts';
import type { Profile, Rule } from './profile.ts';

type OfKind<K extends FaultKind> = Extract<Fault, { kind: K }>;

/** What is wrong with one device: the rules of the profile that strike it. Drawn once, when it is made. */
export class Temper {
  readonly #rules: readonly Rule[];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  /** The first fault of a kind that concerns the component (`null`: the device as a whole), or `null`. */
  find<K extends FaultKind>(kind: K, component: string | null = null): OfKind<K> | null {
    return this.all(kind, component)[0] ?? null;
  }

  /** Every fault of a kind that concerns the component. */
  all<K extends FaultKind>(kind: K, component: string | null = null): OfKind<K>[] {
    if (this.#rules.length === 0) return [];
    return this.#rules
      .filter((rule) => rule.fault.kind === kind && (rule.component === undefined || rule.component === component))
      .map((rule) => rule.fault as OfKind<K>);
  }
}

/** Whether a fault that lasts `times` occasions still strikes on this one, counted from 1. */
export function strikes(fault: { times?: number | undefined } | null, occasion: number): boolean {
  return fault !== null && (fault.times === undefined || occasion <= fault.times);
}

/** Nothing is wrong with most devices; they share one. */
const healthy = new Temper([]);

/** Prepares a profile: the result tells what is wrong with a device, by its key and its draws. */
export function tempers(profile: Profile): (deviceKey: string, draws: Draws) => Temper {
  const rules = profile.rules.map((rule, index) => {
    const { share, from, to, pattern, keys } = rule.devices;
    const expression = pattern === undefined ? null : new RegExp(pattern);
    const listed = keys && new Set(keys);
    const fits = (key: string) =>
      (from === undefined || key >= from) &&
      (to === undefined || key <= to) &&
      (expression === null || expression.test(key)) &&
      (!listed || listed.has(key));
    const purpose = `rule ${rule.name ?? index}`;
    return (key: string, draws: Draws) =>
      fits(key) && (share === undefined || draws.draw(purpose) < share) ? rule : null;
  });
  return (key, draws) => {
    const struck = rules.map((strike) => strike(key, draws)).filter((rule) => rule !== null);
    return struck.length === 0 ? healthy : new Temper(struck);
  };
}
