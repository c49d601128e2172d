import * as ast from '../../generated/ast.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import type { CatalogueDevice, World } from '../../world.ts';

/** The devices of a plan’s product as Developer Center knows them; `undefined`: not known. */
export function fleetOf(plan: PlanMeaning, { catalogue }: World): ReadonlyMap<string, CatalogueDevice> | undefined {
  const key = plan.product?.statements.find(ast.isProductKey)?.value;
  const answer = key === undefined ? undefined : catalogue?.devices(key);
  return answer?.kind === 'good' ? answer.value : undefined;
}

/** The devices of a plan that Developer Center knows. */
export function* devicesOf(
  { targets }: PlanMeaning,
  fleet: ReadonlyMap<string, CatalogueDevice>,
): Iterable<[string, CatalogueDevice]> {
  if (!targets) return;
  if (targets.all) {
    for (const entry of fleet) if (!targets.excluded.has(entry[0])) yield entry;
    return;
  }
  for (const key of targets.remaining) {
    const device = fleet.get(key);
    if (device) yield [key, device];
  }
}

/** How many devices report which version of a component, most first. */
export function versionsIn(
  plan: PlanMeaning,
  fleet: ReadonlyMap<string, CatalogueDevice>,
  identifier: string,
): [string, number][] {
  const counts = new Map<string, number>();
  for (const [, { versions }] of devicesOf(plan, fleet)) {
    const version = Object.hasOwn(versions, identifier) ? versions[identifier] : undefined;
    if (version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
}
