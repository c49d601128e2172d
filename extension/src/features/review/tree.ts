import { changedPlans, differenceWords, type PackageDifference, type PlanDifference, type Risk } from '@otaplan/model';
import * as vscode from 'vscode';
import type { BranchReview } from './changes.ts';

/** A row of the review: what changes, and below it every fact and everything that deserves a second look. */
export type ReviewNode =
  | { readonly kind: 'repository'; readonly review: BranchReview }
  | { readonly kind: 'plan'; readonly review: BranchReview; readonly difference: PlanDifference }
  | { readonly kind: 'package'; readonly difference: PackageDifference }
  | { readonly kind: 'risk'; readonly risk: Risk }
  | { readonly kind: 'fact' | 'note'; readonly text: string };

const icons: Readonly<Record<PlanDifference['difference'], string>> = {
  created: 'diff-added',
  changed: 'diff-modified',
  unchanged: 'circle-outline',
  removed: 'diff-removed',
  renamed: 'diff-renamed',
  unmanaged: 'question',
};

/** Whether a review has anything to show. */
export function isEmpty({ comparison }: BranchReview): boolean {
  return changedPlans(comparison).length + comparison.packages.length + comparison.notes.length === 0;
}

/** Rows below a row; without one, those at the top. */
export function reviewChildren(reviews: readonly BranchReview[], node?: ReviewNode): ReviewNode[] {
  const worth = reviews.filter((review) => !isEmpty(review));
  const [only] = worth;
  if (!node) {
    if (only && worth.length === 1) return changesOf(only);
    return worth.map((review) => ({ kind: 'repository', review }));
  }
  switch (node.kind) {
    case 'repository':
      return changesOf(node.review);
    case 'plan': {
      const { risks, sentences } = node.difference;
      // What the change brings comes before what was there already, and both before the plain facts.
      const ordered = [...risks].sort((a, b) => Number(b.isNew) - Number(a.isNew));
      return [...ordered.map((risk): ReviewNode => ({ kind: 'risk', risk })), ...sentences.map(fact)];
    }
    case 'package':
      return node.difference.sentences.map(fact);
    case 'risk':
    case 'fact':
    case 'note':
      return [];
  }
}

const fact = (text: string): ReviewNode => ({ kind: 'fact', text });

function changesOf(review: BranchReview): ReviewNode[] {
  const { comparison } = review;
  return [
    ...comparison.notes.map((text): ReviewNode => ({ kind: 'note', text })),
    ...changedPlans(comparison).map((difference): ReviewNode => ({ kind: 'plan', review, difference })),
    ...comparison.packages.map((difference): ReviewNode => ({ kind: 'package', difference })),
  ];
}

/** How a row looks. */
export function reviewItem(node: ReviewNode): vscode.TreeItem {
  const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;
  switch (node.kind) {
    case 'repository': {
      const item = new vscode.TreeItem(node.review.repository.rootUri, Expanded);
      item.iconPath = new vscode.ThemeIcon('repo');
      item.description = node.review.comparison.with;
      return item;
    }
    case 'plan': {
      const { plan, difference, risks } = node.difference;
      const item = new vscode.TreeItem(plan, Expanded);
      item.iconPath = new vscode.ThemeIcon(icons[difference]);
      const words = [differenceWords[difference]];
      if (risks.length > 0) words.push(vscode.l10n.t('{0} to look at', risks.length));
      item.description = words.join(' · ');
      item.contextValue = 'plan';
      item.tooltip = vscode.l10n.t('Show both sides in canonical text');
      item.command = { command: 'otaplan.compareWithBase', title: '', arguments: [node] };
      return item;
    }
    case 'package': {
      const item = new vscode.TreeItem(node.difference.package, Collapsed);
      item.iconPath = new vscode.ThemeIcon('package');
      item.description = differenceWords[node.difference.difference];
      return item;
    }
    case 'risk': {
      const item = line(node.risk.text, 'warning');
      item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
      if (!node.risk.isNew) item.description = vscode.l10n.t('as before');
      return item;
    }
    case 'fact':
      return line(node.text, 'dash');
    case 'note':
      return line(node.text, 'info');
  }

  function line(text: string, icon: string): vscode.TreeItem {
    const item = new vscode.TreeItem(text, None);
    item.iconPath = new vscode.ThemeIcon(icon);
    // A sentence may be longer than the view is wide.
    item.tooltip = text;
    return item;
  }
}
