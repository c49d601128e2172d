import { type Client, type Failure, sayFailure } from '@otaplan/client';
import { type DeployProgress, type DeployResult, deploy, sayRefusal, sayStep } from '@otaplan/fleet';
import { comparePlanSets, type Plan, type PlanDifference, periodFacts, sayPeriod } from '@otaplan/model';
import type { Command } from 'commander';
import { compileFiles } from '../compiled.ts';
import { addConnectionOptions, type ConnectionOptions, connect } from '../connection.ts';
import { exitOf } from '../exit-codes.ts';
import { CliError, type ExitCode, exits, type Io } from '../io.ts';
import { packageSources } from '../package-sources.ts';
import { holdToPreview, readSavedPreview, type SavedPreview } from '../saved-preview.ts';
import { findPlanFiles } from '../sources.ts';
import { confirm } from '../text/confirm.ts';
import { planText } from '../text/difference.ts';
import { progressLine } from '../text/progress.ts';
import { shown, writeJson } from '../text/shown.ts';

interface Options extends ConnectionOptions {
  activate?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  preview?: string;
  strict?: boolean;
  json?: boolean;
}

export function define(command: Command, io: Io, exit: (code: number) => void): void {
  addConnectionOptions(command)
    .argument('<file...>', 'files or folders with plans')
    .option('--activate', 'also activate the plans')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--yes', 'do not ask')
    .option('--preview <file>', 'do what this saved preview shows; refused when either side has changed since')
    .option('--strict', 'open warnings block')
    .option('--json', 'print an array of what was done, plan by plan')
    .addHelpText('after', '\nExample:\n  $ otaplan deploy spring.otaplan --activate')
    .action(async (paths: string[], options: Options) => {
      const compiled = await compileFiles(io, findPlanFiles(io, paths), { strict: options.strict === true });
      if (compiled.plans.length === 0) throw new CliError(exits.usage, 'There is no plan in these files.');
      const saved = options.preview === undefined ? null : readSavedPreview(io, options.preview);
      const client = await connect(io, options);
      try {
        if (saved) holdToPreview(saved, options.preview ?? '', compiled.plans, client.server);
        exit(await deployAll(io, client, compiled, saved, options));
      } finally {
        await client.close();
      }
    });
}

/** A plan to be deployed, and what Developer Center had of its name when it was looked at. */
interface Looked {
  readonly plan: Plan;
  readonly seen: { revision: number } | 'none';
  readonly difference: PlanDifference;
}

async function look(
  client: Client,
  plans: readonly Plan[],
  saved: SavedPreview | null,
  signal: AbortSignal,
): Promise<Looked[]> {
  const looked: Looked[] = [];
  for (const plan of plans) {
    const overview = await client.plans.find(plan.name, { signal });
    const deployed = overview === null ? null : await client.plans.get(overview.plan.id, { signal });
    const previewed = saved?.plans.find(({ name }) => name === plan.name)?.deployed;
    // What the deployment holds itself to: what the saved preview showed, else what is shown now.
    const found = previewed === undefined ? deployed?.plan : previewed;
    const seen = found ? { revision: found.revision } : 'none';
    const [difference] = comparePlanSets(deployed === null ? [] : [deployed.document], [plan]);
    if (difference) looked.push({ plan, seen, difference });
  }
  return looked;
}

async function deployAll(
  io: Io,
  client: Client,
  compiled: Awaited<ReturnType<typeof compileFiles>>,
  saved: SavedPreview | null,
  options: Options,
): Promise<ExitCode> {
  const looked = await look(client, compiled.plans, saved, io.signal);
  for (const { difference } of looked) {
    const unchanged = difference.difference === 'unchanged';
    await io.stderr.write(planText(unchanged ? { ...difference, sentences: ['Nothing changes.'] } : difference));
  }
  if (!options.yes && !options.dryRun) {
    const instead = 'Look at the plan with “otaplan diff --deployed”, then use --yes.';
    await confirm(io, question(client, looked, options), instead);
  }
  const sources = await packageSources(compiled.sources, io.signal);
  const results: { plan: Plan; result: DeployResult }[] = [];
  for (const { plan, seen } of looked) {
    const progress = progressLine(io);
    const request = {
      plan,
      sources,
      seen,
      activate: options.activate === true,
      dryRun: options.dryRun === true,
      nonce: io.ambient.uniqueId(),
    };
    const onProgress = (done: DeployProgress) => progress.show(sayProgress(plan, done));
    const result = await deploy(client, request, { signal: io.signal, onProgress });
    progress.clear();
    results.push({ plan, result });
    await tell(io, plan, result);
    if (io.signal.aborted) break;
  }
  if (options.json)
    await writeJson(
      io,
      results.map(({ plan, result }) => toJson(plan, result)),
    );
  return worst(results.map(({ result }) => exitOfResult(result)));
}

function question(client: Client, looked: readonly Looked[], options: Options): string {
  const counts = looked.map(({ plan }) => plan.targets.count);
  const devices = counts.includes(null)
    ? 'every device of the product'
    : `${counts.reduce<number>((sum, count) => sum + (count ?? 0), 0).toLocaleString('en')} devices`;
  const [first] = looked;
  const period = looked.length === 1 && first ? `, effective ${sayPeriod(periodFacts(first.plan))}` : '';
  const what = looked.length === 1 ? 'this plan' : `these ${looked.length} plans`;
  return `Deploy ${what}${options.activate ? ' and activate' : ''} at ${client.server} (${devices}${period})?`;
}

function sayProgress(plan: Plan, { command, bytes }: DeployProgress): string {
  if (command.do === 'uploadFile') {
    const percent = Math.floor(((bytes ?? 0) / command.file.size) * 100);
    return `${plan.name}: uploading ${command.file.name} ${percent} %`;
  }
  return `${plan.name}: ${progressWords[command.do]}`;
}
const progressWords = {
  findPackage: 'looking for packages',
  createPackage: 'declaring a package',
  findPlan: 'looking at the plan',
  readDocument: 'reading the plan',
  createPlan: 'creating the plan',
  updatePlan: 'updating the plan',
  updateTexts: 'updating texts',
  activate: 'activating',
} as const;

async function tell(io: Io, plan: Plan, result: DeployResult): Promise<void> {
  for (const step of result.steps) await io.stderr.write(`${shown(plan.name)}: ${shown(sayStep(step))}\n`);
  if (result.kind === 'refused')
    await io.stderr.write(`otaplan: ${shown(plan.name)}: refused. ${shown(sayRefusal(result.refusal))}\n`);
  if (result.kind === 'failed')
    await io.stderr.write(`otaplan: ${shown(plan.name)}: ${shown(sayOf(result.failure))}\n`);
}

function toJson(plan: Plan, result: DeployResult) {
  const base = { plan: plan.name, digest: plan.digest, outcome: result.kind, steps: result.steps };
  switch (result.kind) {
    case 'done':
      return { ...base, id: result.plan?.plan.id ?? null, status: result.plan?.plan.status ?? null };
    case 'refused':
      return { ...base, refusal: result.refusal.why, message: sayRefusal(result.refusal) };
    case 'failed':
      return { ...base, failure: result.failure.kind, message: sayOf(result.failure) };
  }
}

function sayOf(failure: Failure): string {
  const text = sayFailure(failure);
  return failure.kind === 'outcomeUnknown' ? `${text} “otaplan status” tells; running deploy again finishes.` : text;
}

function exitOfResult(result: DeployResult): ExitCode {
  switch (result.kind) {
    case 'done':
      return exits.done;
    case 'refused':
      return exits.no;
    case 'failed':
      return exitOf(result.failure);
  }
}

/** One exit code for several plans: what is not known outweighs what failed, which outweighs what was refused. */
function worst(codes: readonly ExitCode[]): ExitCode {
  for (const code of [exits.unknown, exits.interrupted, exits.unreachable, exits.usage, exits.no]) {
    if (codes.includes(code)) return code;
  }
  return exits.done;
}
