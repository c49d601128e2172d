import type { Plan } from '@otaplan/model';
import { type CheckOptions, checkWorkspace, parseAll, type Sources } from '../check.ts';
import type { CheckResult, Finding } from '../findings.ts';
import { Workspace } from '../meaning/workspace.ts';
import type { World } from '../world.ts';
import { lower } from './lower.ts';

/** Plans as documents, with what the check said on the way. */
export interface Compiled {
  /** The plans of the roots, in the order of the text. Empty while there are errors. */
  readonly plans: readonly Plan[];
  /** The errors that block, in the roots and in the files they import. */
  readonly errors: readonly Finding[];
  /** Why a plan without an error has no document all the same, such as a list that is not known; in words. */
  readonly incomplete: readonly { readonly name: string; readonly lacks: readonly string[] }[];
  readonly check: CheckResult;
}

/** Checks and lowers the plans of the roots. Errors block: a document is made only of what is right. */
export function compile(sources: Sources, world: World, options: CheckOptions = {}): Compiled {
  const workspace = new Workspace(parseAll(sources, options.parser), world);
  return compileWorkspace(workspace, { ...options, ...(sources.roots ? { roots: sources.roots } : {}) });
}

/** The same for files that are parsed already. */
export function compileWorkspace(
  workspace: Workspace,
  options: CheckOptions & { readonly roots?: readonly string[] } = {},
): Compiled {
  const roots = (options.roots ?? [...workspace.files.keys()]).flatMap((uri) => workspace.files.get(uri) ?? []);
  const used = new Set(
    roots.flatMap((file) => [file, ...workspace.imports(file).flatMap(({ file: imported }) => imported ?? [])]),
  );
  const check = checkWorkspace(workspace, { ...options, roots: [...used].map(({ uri }) => uri) });
  const errors = check.findings.filter(({ severity }) => severity === 'error');
  const lowered = errors.length > 0 ? [] : roots.flatMap((file) => workspace.plans(file)).map(lower);
  return {
    plans: lowered.flatMap((result) => (result.kind === 'plan' ? [result.plan] : [])),
    errors,
    incomplete: lowered.flatMap((result) => (result.kind === 'incomplete' ? [result] : [])),
    check,
  };
}
