import { fileURLToPath } from 'node:url';
import { type PlanMeaning, placeOf, quote, type UpgradeMeaning, type Workspace } from '@otaplan/language';
import { nameIdentity, versionProblem } from '@otaplan/model';
import type { Command } from 'commander';
import { CliError, exits, type Io } from '../io.ts';
import { findPlanFiles, type LoadedSources, loadSources } from '../sources.ts';
import { shown, writeJson } from '../text/shown.ts';
import { readForRewriting, rewrite } from '../text-files.ts';

export function define(command: Command, io: Io): void {
  command
    .argument('<plan>', 'name of the plan')
    .argument('<component>', 'component, by its name in the plan or by its identifier')
    .argument('<version>', 'the new target version')
    .argument('[path...]', 'files or folders to look in; every plan below this folder without')
    .option('--json', 'print {file, plan, component, line, before, after, changed} as JSON')
    .addHelpText('after', '\nExample:\n  $ otaplan bump "Water meter 2.4" modem 2.4.1 plans/')
    .action(async (plan: string, component: string, version: string, paths: string[], options: { json?: boolean }) => {
      const sources = loadSources(io, findPlanFiles(io, paths));
      const found = upgradeOf(planOf(sources, plan), component);
      const scheme = found.scheme ?? null;
      if (versionProblem(version, scheme) !== null) {
        const kind = scheme === null ? 'version' : `version (${scheme})`;
        throw new CliError(exits.usage, `“${shown(version)}” is not a ${kind}.`);
      }
      const at = placeOf(found.node, 'target');
      const { uri, text } = at.source;
      const file = sources.pathOf(uri);
      const path = fileURLToPath(uri);
      if (readForRewriting(path, file) !== text) {
        throw new CliError(exits.no, `${file} changed while it was read. Repeat.`);
      }
      const changed = found.target !== version;
      if (changed) rewrite(path, file, text.slice(0, at.start) + quote(version) + text.slice(at.end));
      const line = text.slice(0, at.start).split('\n').length;
      const told = { file, plan, component: found.node.component, line, before: found.target, after: version, changed };
      if (options.json) return await writeJson(io, told);
      const what = `${shown(file)}:${line}: ${found.node.component}`;
      await io.stdout.write(
        changed ? `${what} ${shown(found.target)} → ${version}\n` : `${what} is already to ${version}\n`,
      );
    });
}

function planOf({ workspace, roots }: LoadedSources, name: string): PlanMeaning {
  const plans = roots.flatMap((uri) => plansOf(workspace, uri));
  const [found, second] = plans.filter((plan) => nameIdentity(plan.name) === nameIdentity(name));
  if (!found) {
    const known = plans.slice(0, 10).map((plan) => `“${shown(plan.name)}”`);
    const there = known.length > 0 ? `; there are ${known.join(', ')}` : '';
    throw new CliError(exits.no, `No file declares a plan “${shown(name)}”${there}.`);
  }
  if (second) throw new CliError(exits.no, `Two plans have the name “${shown(name)}”. Name the file that is meant.`);
  if (found.broken)
    throw new CliError(exits.no, `Plan “${shown(name)}” has errors of syntax. “otaplan check” names them.`);
  return found;
}

function plansOf(workspace: Workspace, uri: string): readonly PlanMeaning[] {
  const file = workspace.files.get(uri);
  return file ? workspace.plans(file) : [];
}

function upgradeOf(plan: PlanMeaning, component: string): UpgradeMeaning {
  const found =
    plan.upgrades.find(({ node }) => node.component === component) ??
    plan.upgrades.find((upgrade) => upgrade.component?.identifier === component);
  if (found) return found;
  const known = plan.upgrades.map(({ node }) => node.component).join(', ');
  throw new CliError(
    exits.no,
    `Plan “${shown(plan.name)}” upgrades no component “${shown(component)}”; it upgrades ${known}.`,
  );
}
