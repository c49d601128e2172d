import type { Client } from '@otaplan/client';
import { type Change, comparePlans, describeChanges, nameIdentity, type Plan } from '@otaplan/model';
import { type Command, Option } from 'commander';
import { compileFiles } from '../compiled.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { exits, type Io } from '../io.ts';
import { findPlanFiles } from '../sources.ts';
import { shown, writeJson } from '../text/shown.ts';

/** How one plan differs. */
export interface PlanDifference {
  readonly plan: string;
  readonly difference: 'created' | 'changed' | 'unchanged' | 'removed';
  readonly changes: readonly Change[];
  readonly sentences: readonly string[];
}

interface Options extends ConnectionOptions {
  base?: string;
  deployed?: boolean;
  format: 'text' | 'json' | 'markdown';
  json?: boolean;
  exitCode?: boolean;
}

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('[file...]', 'files or folders', ['.'])
    .addOption(
      new Option('--base <gitrev>', 'compare with a revision of the repository (HEAD without either)').conflicts(
        'deployed',
      ),
    )
    .option('--deployed', 'compare with what is at Developer Center')
    .addOption(new Option('--format <format>').choices(['text', 'json', 'markdown']).default('text'))
    .option('--json', 'the same as --format json')
    .option('--exit-code', 'exit 1 when something differs')
    .addHelpText('after', '\nExample:\n  $ otaplan diff plans/ --base origin/main --format markdown')
    .action(async (paths: string[], options: Options) => {
      const { plans } = await compileFiles(io, findPlanFiles(io, paths));
      let before: readonly Plan[];
      if (options.deployed) {
        const client = await connect(io, options);
        try {
          before = await deployedPlans(client, plans, io.signal);
        } finally {
          await client.close();
        }
      } else {
        const { plansAt } = await import('../git.ts');
        before = await plansAt(io, options.base ?? 'HEAD', paths);
      }
      const differences = compareAll(before, plans);
      await print(io, differences, options.json ? 'json' : options.format);
      const differs = differences.some(({ difference }) => difference !== 'unchanged');
      exit(options.exitCode && differs ? exits.no : exits.done);
    });
}

/** The deployed plans of the same names. */
export async function deployedPlans(client: Client, plans: readonly Plan[], signal: AbortSignal): Promise<Plan[]> {
  const found: Plan[] = [];
  for (const { name } of plans) {
    const overview = await client.plans.find(name, { signal });
    if (overview) found.push((await client.plans.get(overview.plan.id, { signal })).document);
  }
  return found;
}

/** Compares plan by plan, by name. */
export function compareAll(before: readonly Plan[], after: readonly Plan[]): PlanDifference[] {
  const old = new Map(before.map((plan) => [nameIdentity(plan.name), plan]));
  const now = new Set(after.map((plan) => nameIdentity(plan.name)));
  const compared = after.map((plan): PlanDifference => {
    const earlier = old.get(nameIdentity(plan.name)) ?? null;
    const changes = comparePlans(earlier, plan);
    const difference = earlier === null ? 'created' : changes.length > 0 ? 'changed' : 'unchanged';
    return { plan: plan.name, difference, changes, sentences: describeChanges(changes) };
  });
  const removed = before
    .filter((plan) => !now.has(nameIdentity(plan.name)))
    .map(
      (plan): PlanDifference => ({
        plan: plan.name,
        difference: 'removed',
        changes: [],
        sentences: ['No file declares this plan any more; at Developer Center it stays as it is.'],
      }),
    );
  return [...compared, ...removed];
}

async function print(io: Io, differences: readonly PlanDifference[], format: Options['format']): Promise<void> {
  if (format === 'json') return await writeJson(io, differences);
  const changed = differences.filter(({ difference }) => difference !== 'unchanged');
  if (changed.length === 0) return await io.stdout.write('Nothing changes.\n');
  await io.stdout.write(changed.map(format === 'markdown' ? asMarkdown : asText).join('\n'));
}

/** A difference in lines for a terminal. */
export function asText({ plan, difference, sentences }: PlanDifference): string {
  return `Plan “${shown(plan)}” (${difference})\n${sentences.map((sentence) => `  ${shown(sentence)}\n`).join('')}`;
}

function asMarkdown({ plan, difference, sentences }: PlanDifference): string {
  const harmless = (text: string) =>
    shown(text).replace(/[\\<>&`*_[\]|]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `### Plan “${harmless(plan)}” (${difference})\n\n${sentences.map((sentence) => `- ${harmless(sentence)}\n`).join('')}`;
}
