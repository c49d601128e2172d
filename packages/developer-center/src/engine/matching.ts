import type { PlanComponent } from '@otaplan/model';

/** Whether a plan has a way for a component at a version (section 6, rule 1). */
export type Match =
  | { readonly way: 'upgrade'; readonly source: string }
  | { readonly way: 'atTarget'; readonly reason: string }
  | { readonly way: 'noWay'; readonly reason: string }
  | { readonly way: 'notReported'; readonly reason: string };

type Wanted = Pick<PlanComponent, 'identifier' | 'mode' | 'target' | 'sources'>;

/**
 * Delta: the version must be the source version. Full: one of the specified versions, if there are any.
 * Equal to the target: no update is required.
 */
export function match(wanted: Wanted, version: string | null): Match {
  if (version === null) {
    return { way: 'notReported', reason: `The device has not reported a version of ${wanted.identifier}.` };
  }
  if (version === wanted.target) {
    return { way: 'atTarget', reason: `The reported version ${version} is equal to the target.` };
  }
  if (wanted.mode === 'delta' && !wanted.sources.includes(version)) {
    const reason = `The reported version ${version} is not the source version ${wanted.sources[0] ?? ''} of the delta package.`;
    return { way: 'noWay', reason };
  }
  if (wanted.mode === 'full' && wanted.sources.length > 0 && !wanted.sources.includes(version)) {
    const reason = `The reported version ${version} is none of the specified versions ${wanted.sources.join(', ')}.`;
    return { way: 'noWay', reason };
  }
  return { way: 'upgrade', source: version };
}
