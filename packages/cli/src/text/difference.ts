import type { Differences, PackageDifference, PlanDifference } from '@otaplan/model';
import { shown } from './shown.ts';

/** Differences in words: what is told of each, in every format. */

/** Two sides compared, and what could not be. */
export interface Comparison extends Differences {
  /** What is compared with, in words: `revision “main”`, `Developer Center https://…`. */
  readonly with: string;
  /** What could not be compared and why, a sentence each. */
  readonly notes: readonly string[];
}

/** What is worth telling: everything but what is unchanged. */
export function changedPlans({ plans }: Differences): readonly PlanDifference[] {
  return plans.filter(({ difference }) => difference !== 'unchanged');
}

/** Whether anything differs, for `--exit-code`. What could not be compared counts: nobody knows that it is the same. */
export function differs(comparison: Comparison): boolean {
  return changedPlans(comparison).length + comparison.packages.length + comparison.notes.length > 0;
}

/** One word for a kind of difference, as a reader meets it. */
export const differenceWords: Readonly<Record<PlanDifference['difference'], string>> = {
  created: 'new',
  changed: 'changed',
  unchanged: 'unchanged',
  removed: 'removed',
  renamed: 'renamed, presumably',
  unmanaged: 'unmanaged',
};

/** All of it in lines for a terminal. */
export function comparisonText(comparison: Comparison): string {
  const notes = comparison.notes.map((note) => `Note: ${shown(note)}\n`);
  const parts = [...changedPlans(comparison).map(planText), ...comparison.packages.map(packageText)];
  if (parts.length === 0) return `${notes.join('')}${notes.length > 0 ? 'Otherwise nothing' : 'Nothing'} changes.\n`;
  return [...parts, ...(notes.length > 0 ? [notes.join('')] : [])].join('\n');
}

/** A plan's difference in lines. */
export function planText({ plan, difference, sentences, risks }: PlanDifference): string {
  const lines = sentences.map((sentence) => `  ${shown(sentence)}\n`);
  const notes = risks.map(({ text, isNew }) => `  ! ${shown(text)}${isNew ? '' : ' (as before)'}\n`);
  return `Plan “${shown(plan)}” (${differenceWords[difference]})\n${[...lines, ...notes].join('')}`;
}

function packageText({ package: name, difference, sentences }: PackageDifference): string {
  const lines = sentences.map((sentence) => `  ${shown(sentence)}\n`);
  return `Package “${shown(name)}” (${differenceWords[difference]})\n${lines.join('')}`;
}
