import { changedPlans } from '@otaplan/model';
import * as vscode from 'vscode';
import { isCancellation, sayError } from '../../infrastructure/errors.ts';
import type { Host } from '../../infrastructure/host.ts';
import type { Plans } from '../../infrastructure/plans.ts';
import { type BranchReview, reviewBranch } from './changes.ts';
import { type Git, openGit } from './git.ts';
import { isEmpty, type ReviewNode, reviewChildren, reviewItem } from './tree.ts';

/** Changes come in bursts: a checkout touches every file. */
const settleMilliseconds = 500;

export interface ReviewView extends vscode.Disposable {
  readonly provider: vscode.TreeDataProvider<ReviewNode>;
}

/** The view *Changes of This Branch*. Nothing is compared while it is hidden. */
export function reviewView(host: Host, plans: Plans): ReviewView {
  const log = host.log.of('review');
  const changed = new vscode.EventEmitter<void>();
  const disposables: vscode.Disposable[] = [changed];
  let reviews: Promise<readonly BranchReview[]> | undefined;
  let callOff: (() => void) | undefined;
  let git: Git | null | undefined;

  async function read(): Promise<readonly BranchReview[]> {
    git ??= await openGit();
    if (git) watch(git);
    const found: BranchReview[] = [];
    const words: string[] = [];
    for (const repository of git?.repositories ?? []) {
      try {
        const review = await reviewBranch(repository, plans, host.settings.reviewBase());
        if (review) found.push(review);
      } catch (error) {
        if (isCancellation(error)) continue;
        log.warn(sayError(error));
        words.push(sayError(error));
      }
    }
    tell(found, words);
    return found;
  }

  /** What the view says above its rows. */
  function tell(found: readonly BranchReview[], words: readonly string[]): void {
    const [first] = found;
    view.description = first && found.length === 1 ? first.comparison.with : '';
    const plans = found.reduce((sum, { comparison }) => sum + changedPlans(comparison).length, 0);
    if (words.length > 0) view.message = words.join('\n');
    else if (!first) view.message = vscode.l10n.t('No base branch was found to compare with.');
    else if (found.every(isEmpty)) {
      view.message = vscode.l10n.t('Compared with {0}, nothing changes in meaning.', first.comparison.with);
    } else view.message = '';
    log.debug(`${plans} plans differ`);
  }

  const provider: vscode.TreeDataProvider<ReviewNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem: reviewItem,
    async getChildren(node) {
      reviews ??= read();
      return reviewChildren(await reviews, node);
    },
  };
  const view = vscode.window.createTreeView('otaplan.review', { treeDataProvider: provider });

  /** What is shown may be old: it is compared again once things are calm, if somebody looks. */
  function stale(): void {
    callOff?.();
    callOff = host.ambient.after(settleMilliseconds, () => {
      callOff = undefined;
      reviews = undefined;
      if (view.visible) changed.fire();
    });
  }
  const watched = new Set<unknown>();
  function watch(api: Git): void {
    for (const repository of api.repositories) {
      if (watched.has(repository)) continue;
      watched.add(repository);
      disposables.push(repository.state.onDidChange(stale));
    }
    if (watched.has(api)) return;
    watched.add(api);
    disposables.push(api.onDidOpenRepository(stale), api.onDidCloseRepository(stale));
  }
  disposables.push(
    view,
    view.onDidChangeVisibility(({ visible }) => {
      if (visible && !reviews) changed.fire();
    }),
    plans.onDidChange(stale),
    host.settings.onChange(['review.base'], stale),
    new vscode.Disposable(() => callOff?.()),
  );
  return { provider, dispose: () => vscode.Disposable.from(...disposables).dispose() };
}
