import type { Plan } from '@otaplan/model';

/** Devices to simulate: one product, and what each of its components runs at first. */
export interface Simulation {
  readonly product: string;
  readonly deviceKeys: readonly string[];
  readonly components: readonly { readonly type: string; readonly identifier: string; readonly version: string }[];
}

/**
 * Devices that the plans of a workspace want to upgrade, in the versions that they upgrade from: so that a newcomer's first plan finds
 * somebody. Without a list in the plan, keys are made up.
 * @param most devices in all
 */
export function simulationsFor(plans: readonly Plan[], most: number): readonly Simulation[] {
  const byProduct = new Map<string, { keys: Set<string>; components: Map<string, Simulation['components'][number]> }>();
  for (const plan of plans) {
    const entry = byProduct.get(plan.product) ?? { keys: new Set(), components: new Map() };
    byProduct.set(plan.product, entry);
    const excluded = new Set(plan.targets.exclude);
    for (const key of plan.targets.include) if (!excluded.has(key)) entry.keys.add(key);
    for (const { type, identifier, sources } of plan.components) {
      if (!entry.components.has(identifier)) {
        entry.components.set(identifier, { type, identifier, version: sources[0] ?? '1.0.0' });
      }
    }
  }
  const each = byProduct.size === 0 ? 0 : Math.max(1, Math.floor(most / byProduct.size));
  return [...byProduct].map(([product, { keys, components }]) => {
    const listed = [...keys].slice(0, each);
    const made = Array.from({ length: listed.length > 0 ? 0 : each }, (_, i) => `SIM${String(i + 1).padStart(9, '0')}`);
    return { product, deviceKeys: [...listed, ...made], components: [...components.values()] };
  });
}

/** The list as `otaplan simulate --list` reads it. */
export function deviceList(simulation: Simulation): string {
  return ['device_key', ...simulation.deviceKeys, ''].join('\n');
}

/** The arguments of `otaplan simulate` for it. */
export function simulateArguments(simulation: Simulation, list: string, speed: number): string[] {
  return [
    'simulate',
    ...['--product', simulation.product],
    ...['--list', list],
    ...simulation.components.flatMap(({ type, identifier, version }) => [
      '--component',
      `${type}:${identifier}=${version}`,
    ]),
    ...['--speed', String(speed)],
  ];
}
