import { compareWithDeployed } from '@otaplan/fleet';
import { type Comparison, changedPlans, comparisonMarkdown, nameIdentity, type Plan } from '@otaplan/model';
import * as vscode from 'vscode';
import { choose } from '../../infrastructure/choices.ts';
import type { Commands } from '../../infrastructure/commands.ts';
import type { Connections } from '../../infrastructure/connections.ts';
import { showDiff, showPage } from '../../infrastructure/difference.ts';
import type { Documents } from '../../infrastructure/documents.ts';
import { OperationError } from '../../infrastructure/errors.ts';
import { type Host, requireTrust } from '../../infrastructure/host.ts';
import { addressOf, compileAll, type Plans } from '../../infrastructure/plans.ts';
import { withProgress } from '../../infrastructure/progress.ts';
import { type BranchReview, reviewBranch } from './changes.ts';
import { openGit, type Repository } from './git.ts';
import type { ReviewNode } from './tree.ts';
import { reviewView } from './view.ts';

export interface ReviewOptions {
  readonly host: Host;
  readonly connections: Connections;
  readonly plans: Plans;
  readonly documents: Documents;
}

/**
 * What a change means, in the words of `otaplan diff`: the plans of a branch in a view of their own, one plan against the branch's base
 * or against what is deployed, each as a diff of canonical text and in sentences beside it.
 */
export function review(options: ReviewOptions) {
  const { host, connections, plans, documents } = options;
  const view = reviewView(host, plans);

  /** Shows the one plan that differs, or of several the one that a person picks; the words are told of all of them. */
  async function show(comparison: Comparison, before: readonly Plan[], after: readonly Plan[]): Promise<void> {
    const changed = changedPlans(comparison);
    const [only] = changed;
    if (!only && comparison.packages.length + comparison.notes.length === 0) {
      throw new OperationError(
        'nothingToDo',
        vscode.l10n.t('Compared with {0}, nothing changes in meaning.', comparison.with),
      );
    }
    const page = vscode.l10n.t('Comparison');
    if (only) {
      const { plan, changes } =
        changed.length === 1
          ? only
          : await choose(
              vscode.l10n.t('Show both sides of which plan?'),
              changed.map((value) => ({ label: value.plan, detail: value.sentences[0] ?? '', value })),
            );
      const [oldName = plan] = changes.flatMap((change) => (change.kind === 'name' ? [change.before] : []));
      const [was, is] = [find(before, oldName), find(after, plan)];
      const title = vscode.l10n.t('{0} ({1} ↔ local)', plan, comparison.with);
      const [left, right] = await Promise.all([was && plans.print(was), is && plans.print(is)]);
      await showDiff(documents, { folder: comparison.with, plan, before: left, after: right, title });
    }
    await showPage(documents, comparison.with, page, comparisonMarkdown(comparison));
  }

  async function repositoryOf(uri: vscode.Uri | undefined): Promise<Repository> {
    const git = await openGit();
    const found = uri ? git?.getRepository(uri) : git?.repositories[0];
    if (found) return found;
    throw new OperationError('noRepository', vscode.l10n.t('The plan is in no Git repository that VS Code has open.'), [
      { title: vscode.l10n.t('Open Source Control'), command: 'workbench.view.scm' },
    ]);
  }

  async function readBranch(repository: Repository): Promise<BranchReview> {
    const title = vscode.l10n.t('Comparing with the base branch');
    const found = await withProgress(host.ambient, title, () =>
      reviewBranch(repository, plans, host.settings.reviewBase()),
    );
    if (found) return found;
    throw new OperationError('noBase', vscode.l10n.t('No base branch was found to compare with.'), [
      { title: vscode.l10n.t('Open Setting'), command: 'workbench.action.openSettings', args: ['otaplan.review.base'] },
    ]);
  }

  /** Names of the plans that a command is about; `undefined`: all of them. */
  async function namesOf(argument: unknown): Promise<{ uri?: vscode.Uri; names?: ReadonlySet<string> }> {
    const address = addressOf(argument);
    if (!address) return {};
    const { uri, plan } = address;
    if (plan !== undefined) return { uri, names: new Set([nameIdentity(plan)]) };
    return { uri, names: new Set((await plans.places(uri)).map(({ name }) => nameIdentity(name))) };
  }

  const commands: Commands = {
    async compareWithBase(argument?: unknown) {
      requireTrust();
      if (isRow(argument)) {
        const { review: found, difference } = argument;
        const comparison = { ...found.comparison, plans: [difference], packages: [], notes: [] };
        await show(comparison, found.before.plans, found.after.plans);
        return;
      }
      const { uri, names } = await namesOf(argument);
      const { comparison, before, after } = await readBranch(await repositoryOf(uri));
      await show(only(comparison, names), before.plans, after.plans);
    },
    async compareWithDeployed(argument?: unknown) {
      requireTrust();
      const { names } = await namesOf(argument);
      const connection = await connections.pick();
      const client = await connections.client(connection);
      const declared = (await compileAll(plans)).map(({ plan }) => plan);
      const wanted = names ? declared.filter(({ name }) => names.has(nameIdentity(name))) : declared;
      const title = vscode.l10n.t('Comparing with {0}', connection.name);
      const { plans: differences, deployed } = await withProgress(host.ambient, title, (_, signal) =>
        compareWithDeployed(client, { plans: wanted }, { all: !names, signal }),
      );
      const comparison = { plans: differences, packages: [], notes: [], with: `Developer Center ${client.server}` };
      await show(comparison, deployed, wanted);
    },
  };
  return { commands, view, disposable: view };
}

function only(comparison: Comparison, names: ReadonlySet<string> | undefined): Comparison {
  if (!names) return comparison;
  return { ...comparison, plans: comparison.plans.filter(({ plan }) => names.has(nameIdentity(plan))), packages: [] };
}

function find(among: readonly Plan[], name: string): Plan | null {
  return among.find((plan) => nameIdentity(plan.name) === nameIdentity(name)) ?? null;
}

function isRow(argument: unknown): argument is Extract<ReviewNode, { kind: 'plan' }> {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && 'review' in argument;
}
