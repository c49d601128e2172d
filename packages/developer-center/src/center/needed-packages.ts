import type { PlanComponent } from '@otaplan/model';
import type { PackageRecord, PackageStore } from '../store/packages.ts';

/** A package that a component of a plan needs, and why it cannot be used; `problem` is `null` when it can. */
export interface NeededPackage {
  readonly identifier: string;
  readonly version: string;
  readonly sourceVersion: string | null;
  readonly found: PackageRecord | null;
  readonly problem: { readonly name: 'package-missing' | 'package-incomplete'; readonly detail: string } | null;
}

/** The package of a component: by type, target and, for a delta, source version. */
export function findPackageOf(
  packages: PackageStore,
  account: string,
  component: PlanComponent,
): Promise<PackageRecord | null> {
  return packages.resolvePackage(account, component.type, component.target, sourceOf(component));
}

/** Looks up what every component of a plan needs. */
export async function neededPackages(
  packages: PackageStore,
  account: string,
  components: readonly PlanComponent[],
): Promise<NeededPackage[]> {
  const needed: NeededPackage[] = [];
  for (const component of components) {
    const found = await findPackageOf(packages, account, component);
    const sourceVersion = sourceOf(component);
    const { identifier, target: version } = component;
    needed.push({ identifier, version, sourceVersion, found, problem: problemOf(component, found) });
  }
  return needed;
}

function sourceOf(component: PlanComponent): string | null {
  return component.mode === 'delta' ? (component.sources[0] ?? null) : null;
}

function problemOf(component: PlanComponent, found: PackageRecord | null): NeededPackage['problem'] {
  const from = sourceOf(component);
  const words = `${component.type} ${component.target}${from === null ? '' : ` from ${from}`}`;
  if (!found) {
    return {
      name: 'package-missing',
      detail: `There is no package for ${words} (${component.identifier}). Upload it first.`,
    };
  }
  if (!found.complete) {
    return { name: 'package-incomplete', detail: `The package “${found.name}” for ${words} still lacks files.` };
  }
  for (const file of component.package?.files ?? []) {
    if (file.sha256 === null || found.files.some((f) => f.sha256 === file.sha256)) continue;
    const detail = `The package “${found.name}” for ${words} has other content than the plan’s ${file.name}.`;
    return { name: 'package-missing', detail };
  }
  return null;
}
