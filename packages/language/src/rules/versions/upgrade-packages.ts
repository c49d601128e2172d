import type * as ast from '../../generated/ast.ts';
import type { PackageMeaning } from '../../meaning/package.ts';
import type { UpgradeMeaning } from '../../meaning/plan.ts';
import type { Workspace } from '../../meaning/workspace.ts';
import { type Place, placeOf, placeOfKeyword, type SourceFile } from '../../syntax/source.ts';

/** Declared packages that lead to the target of an upgrade, by whether they are full. */
export function packagesTo(
  { component, target }: UpgradeMeaning,
  file: SourceFile,
  workspace: Workspace,
): { readonly full: readonly PackageMeaning[]; readonly delta: readonly PackageMeaning[] } {
  const all = component ? workspace.visible(file).packagesFor(component.type, target) : [];
  return { full: all.filter(({ source }) => source === null), delta: all.filter(({ source }) => source !== null) };
}

/** The words `using delta`. */
export function usingDelta(node: ast.Upgrade): Place {
  return { ...placeOfKeyword(node, 'using'), end: placeOfKeyword(node, 'delta').end };
}

/** `from` with everything up to the end of the statement. */
export function tail(node: ast.Upgrade): Place {
  return { ...placeOf(node), start: placeOf(node, 'target').end };
}
