import type { Declared } from '@otaplan/model';
import type { Workspace } from '../meaning/workspace.ts';
import { rules } from '../rules/registry.ts';
import { compileWorkspace } from './compile.ts';
import { lower, lowerPackage } from './lower.ts';

/** What sources declare, for a comparison. Looser than a compilation: an old plan whose period is over still says what it said. */
export interface ReadDeclared extends Declared {
  /** Plans without a document, each with the reason, in words. */
  readonly incomplete: readonly string[];
}

/** Rules without which a text cannot be read at all. */
const readable = rules.filter(({ code, severity }) => code.startsWith('SYN') && severity === 'error');

/**
 * Reads plans and packages of parsed sources.
 * @param roots the files that are meant; those they import lend names, and packages only when they are meant too
 */
export function readDeclared(workspace: Workspace, roots: readonly string[]): ReadDeclared {
  const broken = new Set(compileWorkspace(workspace, { roots, rules: readable }).errors.map(({ uri }) => uri));
  const files = roots.flatMap((uri) => workspace.files.get(uri) ?? []);
  const lowered = files.filter(({ uri }) => !broken.has(uri)).flatMap((file) => workspace.plans(file).map(lower));
  const wanted = new Set(roots);
  const packages = workspace.packages().filter(({ file }) => wanted.has(file.uri) && !broken.has(file.uri));
  return {
    plans: lowered.flatMap((result) => (result.kind === 'plan' ? [result.plan] : [])),
    packages: packages.flatMap((declared) => lowerPackage(declared) ?? []),
    incomplete: [
      ...[...broken].map((uri) => `${uri.slice(uri.lastIndexOf('/') + 1)} cannot be read: it has errors of syntax.`),
      ...lowered.flatMap((result) =>
        result.kind === 'incomplete' ? [`Plan “${result.name}” lacks ${result.lacks.join(', ')}.`] : [],
      ),
    ],
  };
}
