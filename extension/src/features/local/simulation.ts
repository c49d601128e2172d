import type { Plan } from '@otaplan/model';

/** Devices to simulate: one product, and what each of its components runs at first. */
export interface Simulation {
  readonly product: string;
  readonly deviceKeys: readonly string[];
  readonly components: readonly { readonly type: string; readonly identifier: string; readonly version: string }[];
  /** Fewest automatic retries of the plans that want them: a fault that outlasts those can be mended by a person. */
  readonly retries: number;
}

/**
 * Devices that the plans of a workspace want to upgrade, in the versions that they upgrade from: so that a newcomer's first plan finds
 * somebody. Without a list in the plan, keys are made up.
 * @param most devices in all
 */
export function simulationsFor(plans: readonly Plan[], most: number): readonly Simulation[] {
  const byProduct = new Map<
    string,
    { keys: Set<string>; retries: number; components: Map<string, Simulation['components'][number]> }
  >();
  for (const plan of plans) {
    const entry = byProduct.get(plan.product) ?? { keys: new Set(), retries: plan.retry, components: new Map() };
    byProduct.set(plan.product, entry);
    entry.retries = Math.min(entry.retries, plan.retry);
    const excluded = new Set(plan.targets.exclude);
    for (const key of plan.targets.include) if (!excluded.has(key)) entry.keys.add(key);
    for (const { type, identifier, sources } of plan.components) {
      if (!entry.components.has(identifier)) {
        entry.components.set(identifier, { type, identifier, version: sources[0] ?? '1.0.0' });
      }
    }
  }
  const each = byProduct.size === 0 ? 0 : Math.max(1, Math.floor(most / byProduct.size));
  return [...byProduct].map(([product, { keys, components, retries }]) => {
    const listed = [...keys].slice(0, each);
    const made = Array.from({ length: listed.length > 0 ? 0 : each }, (_, i) => `SIM${String(i + 1).padStart(9, '0')}`);
    return { product, deviceKeys: [...listed, ...made], components: [...components.values()], retries };
  });
}

/** The list as `otaplan simulate --list` reads it. */
export function deviceList(simulation: Simulation): string {
  return ['device_key', ...simulation.deviceKeys, ''].join('\n');
}

/**
 * What goes wrong with them, as `otaplan simulate --faults` reads it: one in twenty fails for as long as Developer Center retries by
 * itself, so that there is somebody whose log is worth reading and whom a person's retry helps.
 */
export function faultProfile({ deviceKeys, components, retries }: Simulation): object {
  const keys = deviceKeys.filter((_, i) => i % 20 === 0);
  const cause = 'The new firmware did not start';
  const fault = { kind: 'fail', at: 'flash', times: retries + 1, cause };
  return { rules: [{ name: 'one in twenty', devices: { keys }, component: components[0]?.identifier, fault }] };
}

/** The arguments of `otaplan simulate` for it. */
export function simulateArguments(simulation: Simulation, list: string, faults: string, speed: number): string[] {
  return [
    'simulate',
    ...['--product', simulation.product],
    ...['--list', list, '--faults', faults],
    ...simulation.components.flatMap(({ type, identifier, version }) => [
      '--component',
      `${type}:${identifier}=${version}`,
    ]),
    ...['--speed', String(speed)],
  ];
}
