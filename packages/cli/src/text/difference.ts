import {
  type Comparison,
  changedPlans,
  differenceWords,
  type PackageDifference,
  type PlanDifference,
} from '@otaplan/model';
import { shown } from './shown.ts';

/** Differences in lines for a terminal. */

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
