import type { PlanComponent } from '@otaplan/model';
import type { PackageIdentity, PackageRecord, PackageStore } from '../store/packages.ts';

/** A package that a component of a plan needs, and why it cannot be used; `problem` is `null` when it can. */
export interface NeededPackage {
  readonly identifier: string;
  readonly version: string;
  readonly sourceVersion: string | null;
  readonly found: PackageRecord | null;
  readonly problem: { readonly name: 'package-missing' | 'package-incomplete'; readonly detail: string } | null;
}

/** What the package of a component is known by: type, target and, for a delta, source version. */
export function packageOf({ type, target, mode, sources }: PlanComponent): PackageIdentity {
  return { type, version: target, sourceVersion: mode === 'delta' ? (sources[0] ?? null) : null };
}

/** Looks up what every component of a plan needs. */
export async function neededPackages(
  packages: PackageStore,
  account: string,
  components: readonly PlanComponent[],
): Promise<NeededPackage[]> {
  const resolved = await packages.resolvePackages(account, components.map(packageOf));
  return components.map((component, index) => {
    const found = resolved[index] ?? null;
    const { version, sourceVersion } = packageOf(component);
    return { identifier: component.identifier, version, sourceVersion, found, problem: problemOf(component, found) };
  });
}

function problemOf(component: PlanComponent, found: PackageRecord | null): NeededPackage['problem'] {
  const from = packageOf(component).sourceVersion;
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
