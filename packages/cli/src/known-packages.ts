import type { Client } from '@otaplan/client';
import type { PlanPackage } from '@otaplan/model';

/** The version packages of a Developer Center, for what a plan's document does not hold of them. */
export interface KnownPackages {
  /** What somebody remarked on a package of a plan; `undefined`: nothing, or it is not there. */
  remarks(declared: PlanPackage): string | undefined;
  /** Names of the packages that none of the plans' components needs, in the order of Developer Center. */
  unusedBy(components: readonly NeededPackage[]): string[];
}

/** What a component of a plan says of the package it needs. */
export interface NeededPackage {
  readonly type: string;
  readonly target: string;
  readonly mode: string;
  readonly sources: readonly string[];
}

/** Reads all packages once. */
export async function readPackages(client: Client, signal: AbortSignal): Promise<KnownPackages> {
  const all = new Map<string, { readonly name: string; readonly remarks: string }>();
  for await (const { name, type, version, sourceVersion, remarks } of client.packages.list({}, { signal })) {
    all.set(packageIdentity(type, version, sourceVersion), { name, remarks });
  }
  return {
    remarks: ({ type, version, sourceVersion }) =>
      all.get(packageIdentity(type, version, sourceVersion))?.remarks || undefined,
    unusedBy(components) {
      const needed = new Set(
        components.map(({ type, target, mode, sources }) =>
          packageIdentity(type, target, mode === 'delta' ? (sources[0] ?? null) : null),
        ),
      );
      return [...all].filter(([key]) => !needed.has(key)).map(([, { name }]) => name);
    },
  };
}

/** What tells packages apart. */
export function packageIdentity(type: string, version: string, sourceVersion: string | null): string {
  return JSON.stringify([type, version, sourceVersion]);
}
