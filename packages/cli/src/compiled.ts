import { compileWorkspace } from '@otaplan/language';
import type { Plan } from '@otaplan/model';
import { CliError, exits, type Io } from './io.ts';
import { type LoadedSources, loadSources } from './sources.ts';
import { printFindings } from './text/findings.ts';
import { colorsFor } from './text/shown.ts';

export interface CompiledFiles {
  readonly plans: readonly Plan[];
  readonly sources: LoadedSources;
}

/**
 * The plans of files as documents. Errors (with `strict` also open warnings) are printed to stderr and end the command with 1;
 * of one plan that is named only those that concern it.
 * @param files absolute paths
 */
export async function compileFiles(
  io: Io,
  files: readonly string[],
  options: { strict?: boolean; plan?: string; folder?: string } = {},
): Promise<CompiledFiles> {
  const sources = loadSources(io, files, options.folder ? { folder: options.folder } : {});
  const { plan } = options;
  const compiled = compileWorkspace(sources.workspace, {
    roots: sources.roots,
    ...(plan === undefined ? {} : { plan }),
  });
  const blocking = compiled.findings.filter(
    ({ severity }) => severity === 'error' || (options.strict === true && severity === 'warning'),
  );
  if (blocking.length > 0) {
    const onStderr = { ...io, stdout: io.stderr };
    const colors = colorsFor(io, io.stderr);
    const findings = { ...compiled.check, findings: blocking };
    const { pathOf, roots } = sources;
    await printFindings(onStderr, findings, { format: 'text', pathOf, colors, files: roots.map(pathOf) });
    throw new CliError(exits.no, '');
  }
  const [lacking] = compiled.incomplete;
  if (lacking) throw new CliError(exits.no, `Plan “${lacking.name}” lacks ${lacking.lacks.join(', ')}.`);
  const { plans } = compiled;
  if (plan !== undefined && plans.length === 0) throw new CliError(exits.no, `There is no plan “${plan}” in the file.`);
  return { plans, sources };
}
