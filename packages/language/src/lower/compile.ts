import { nameIdentity, type Plan } from '@otaplan/model';
import { type CheckOptions, checkWorkspace, parseAll, type Sources } from '../check.ts';
import type { CheckResult, Finding } from '../findings.ts';
import { Workspace } from '../meaning/workspace.ts';
import type { World } from '../world.ts';
import { concerning, visibleFiles } from './concerns.ts';
import { lower } from './lower.ts';

export interface CompileOptions extends CheckOptions {
  /** Only the plan of this name (as Developer Center compares names); every plan of the roots when left out. */
  readonly plan?: string;
}

/** Plans as documents, with what the check said on the way. */
export interface Compiled {
  /** The plans that were asked for, in the order of the text. Empty while there are errors. */
  readonly plans: readonly Plan[];
  /**
   * What concerns the plans that were asked for: of the roots everything, or only what concerns the one plan that was
   * named; of imported files only what these plans use.
   */
  readonly findings: readonly Finding[];
  /** Those of the findings that block. */
  readonly errors: readonly Finding[];
  /** Why a plan without an error has no document all the same, such as a list that is not known; in words. */
  readonly incomplete: readonly { readonly name: string; readonly lacks: readonly string[] }[];
  readonly check: CheckResult;
}

/** Checks and lowers the plans of the roots. Errors block: a document is made only of what is right. */
export function compile(sources: Sources, world: World, options: CompileOptions = {}): Compiled {
  const workspace = new Workspace(parseAll(sources, options.parser), world);
  return compileWorkspace(workspace, { ...options, ...(sources.roots ? { roots: sources.roots } : {}) });
}

/** The same for files that are parsed already. */
export function compileWorkspace(
  workspace: Workspace,
  options: CompileOptions & { readonly roots?: readonly string[] } = {},
): Compiled {
  const { plan: name } = options;
  const roots = (options.roots ?? [...workspace.files.keys()]).flatMap((uri) => workspace.files.get(uri) ?? []);
  const used = new Set(roots.flatMap((file) => [...visibleFiles(file, workspace)]));
  const check = checkWorkspace(workspace, { ...options, roots: [...used].map(({ uri }) => uri) });
  const wanted = roots
    .flatMap((file) => workspace.plans(file))
    .filter((plan) => name === undefined || nameIdentity(plan.name) === nameIdentity(name));
  const concerns = wanted.map((plan) => concerning(plan, workspace));
  const whole = new Set(name === undefined ? roots.map(({ uri }) => uri) : []);
  const findings = check.findings.filter(
    (finding) => whole.has(finding.uri) || concerns.some((concern) => concern(finding)),
  );
  const errors = findings.filter(({ severity }) => severity === 'error');
  const lowered = errors.length > 0 ? [] : wanted.map(lower);
  return {
    plans: lowered.flatMap((result) => (result.kind === 'plan' ? [result.plan] : [])),
    findings,
    errors,
    incomplete: lowered.flatMap((result) => (result.kind === 'incomplete' ? [result] : [])),
    check,
  };
}
