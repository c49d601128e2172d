import type { Client } from '@otaplan/client';
import { compareWithDeployed } from '@otaplan/fleet';
import { type CheckResult, checkWorkspace, type ReadDeclared, readDeclared } from '@otaplan/language';
import { type Comparison, compareDeclared } from '@otaplan/model';
import type { Io } from './io.ts';
import { findPlanFiles, loadSources } from './sources.ts';

/** What the files of paths declare now. */
export function declaredIn(io: Io, paths: readonly string[]): ReadDeclared & { readonly check: CheckResult } {
  const { workspace, roots } = loadSources(io, findPlanFiles(io, paths));
  return { ...readDeclared(workspace, roots), check: checkWorkspace(workspace, { roots }) };
}

/** Compares what files declare with what other files declared. `other`: the other side, in words. */
export function compareSides(before: ReadDeclared, after: ReturnType<typeof declaredIn>, other: string): Comparison {
  const notes = [
    ...before.incomplete.map((sentence) => `Before: ${sentence}`),
    ...after.incomplete.map((sentence) => `Now: ${sentence}`),
    ...errorsOf(after.check),
  ];
  return { ...compareDeclared(before, after), with: other, notes };
}

/**
 * Compares what files declare with what is at Developer Center, plan by plan.
 * @param all whether plans that no file declares are told too; those that are over are history, not drift
 */
export async function compareDeployed(
  io: Io,
  client: Client,
  after: ReturnType<typeof declaredIn>,
  all: boolean,
): Promise<Comparison> {
  const { plans } = await compareWithDeployed(client, after, { all, signal: io.signal });
  const notes = [...after.incomplete, ...errorsOf(after.check)];
  return { plans, packages: [], with: `Developer Center ${client.server}`, notes };
}

function errorsOf({ findings }: CheckResult): string[] {
  // That a period is over by now is no news in a comparison.
  const errors = findings.filter(({ severity, code }) => severity === 'error' && code !== 'TIME014').length;
  if (errors === 0) return [];
  return [
    `The plans have ${errors === 1 ? 'an error' : `${errors} errors`}, and cannot be deployed like that. “otaplan check” names ${errors === 1 ? 'it' : 'them'}.`,
  ];
}
