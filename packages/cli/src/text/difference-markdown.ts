import type { PackageDifference, PlanDifference } from '@otaplan/model';
import { type Comparison, changedPlans, differenceWords } from './difference.ts';
import { cutText, escapeMarkdown, markdownLength } from './markdown.ts';

/** GitHub refuses a comment of more than 65,536 characters; what a tool adds around it has room too. */
const mostBytes = 64_000;
const mostRows = 40;
const mostRisks = 20;
const mostSentences = 25;
const longestSentence = 600;
/** Up to so many facts are shown at once; more are folded, plan by plan. */
const fewFacts = 15;

/** A comparison as a comment for a pull request: the gist first, what to stop at next, details last. */
export function comparisonMarkdown(comparison: Comparison): string {
  const plans = changedPlans(comparison);
  const { packages, notes } = comparison;
  const head = [lead(comparison), ...notes.slice(0, 10).map((note) => `**Note:** ${escaped(note)}`)];
  if (notes.length > 10) head.push(`**Note:** and ${notes.length - 10} more like that.`);
  const risky = risks(plans);
  if (risky !== '') head.push(risky);
  if (plans.length > 1) head.push(overview(plans));
  const facts = [...plans, ...packages].reduce((sum, { sentences }) => sum + sentences.length, 0);
  const section = facts <= fewFacts ? openSection : foldedSection;
  const sections = [
    ...plans.map((each) => section(`Plan “${name(each.plan)}” (${differenceWords[each.difference]})`, each.sentences)),
    ...packages.map((each) => section(packageTitle(each), each.sentences)),
  ];
  return withinLimit(head, sections);
}

/** As many sections as there is room for; the rest is counted. */
function withinLimit(head: readonly string[], sections: readonly string[]): string {
  const parts = [...head];
  let length = markdownLength(parts.join('\n\n')) + 200;
  for (const [i, section] of sections.entries()) {
    length += markdownLength(section) + 2;
    if (length > mostBytes) {
      parts.push(
        `… and ${count(sections.length - i, 'more')}, for which there is no room here. \`otaplan diff\` tells them all.`,
      );
      break;
    }
    parts.push(section);
  }
  return `${parts.join('\n\n')}\n`;
}

function lead({ plans, packages, with: other, notes }: Comparison): string {
  const of = (difference: PlanDifference['difference'], list: readonly { difference: string }[]) =>
    list.filter((each) => each.difference === difference).length;
  const said = (
    kinds: readonly (readonly [PlanDifference['difference'], string])[],
    list: readonly { difference: string }[],
    noun: string,
  ) => kinds.flatMap(([kind, verb]) => (of(kind, list) > 0 ? [`${verb} ${count(of(kind, list), noun)}`] : []));
  const verbs = [
    ['changed', 'changes'],
    ['created', 'adds'],
    ['renamed', 'presumably renames'],
    ['removed', 'removes'],
  ] as const;
  const deeds = [...said(verbs, plans, 'plan'), ...said(verbs, packages, 'package')];
  const unmanaged = of('unmanaged', plans);
  const more =
    unmanaged > 0
      ? ` ${count(unmanaged, 'plan')} at Developer Center ${unmanaged === 1 ? 'is' : 'are'} declared by no file.`
      : '';
  if (deeds.length === 0) {
    return `Compared with ${escaped(other)}, ${notes.length > 0 ? 'nothing else' : 'nothing'} changes in meaning.${more}`;
  }
  const last = deeds.pop() ?? '';
  return `Compared with ${escaped(other)}, this ${deeds.length > 0 ? `${deeds.join(', ')} and ${last}` : last}.${more}`;
}

function risks(plans: readonly PlanDifference[]): string {
  const found = plans.flatMap((each) => each.risks.map((risk) => ({ plan: each.plan, ...risk })));
  if (found.length === 0) return '';
  // What the change brings comes first.
  found.sort((a, b) => Number(b.isNew) - Number(a.isNew));
  const lines = found
    .slice(0, mostRisks)
    .map(
      ({ plan, text, isNew }) =>
        `> - ${plans.length > 1 ? `“${name(plan)}”: ` : ''}${escaped(text)}${isNew ? '' : ' (as before)'}`,
    );
  if (found.length > mostRisks) lines.push(`> - … and ${found.length - mostRisks} more.`);
  return `> [!WARNING]\n> Worth a second look:\n${lines.join('\n')}`;
}

function overview(plans: readonly PlanDifference[]): string {
  const rows = plans.slice(0, mostRows).map(({ plan, difference, devices, period, risks: found }) => {
    const effective = period ? `${local(period.start)} to ${local(period.end)} ${period.zone}` : '';
    const counted = devices === null ? (period ? 'every device' : '') : devices.toLocaleString('en');
    return `| ${name(plan)} | ${differenceWords[difference]} | ${counted} | ${escaped(effective)} | ${found.length > 0 ? found.length : ''} |`;
  });
  if (plans.length > mostRows) rows.push(`| … and ${plans.length - mostRows} more | | | | |`);
  return `| Plan | | Devices | Effective | To look at |\n| --- | --- | ---: | --- | ---: |\n${rows.join('\n')}`;
}

function openSection(title: string, sentences: readonly string[]): string {
  return `**${title}**\n\n${list(sentences)}`;
}

function foldedSection(title: string, sentences: readonly string[]): string {
  return `<details><summary>${title}: ${count(sentences.length, 'fact')}</summary>\n\n${list(sentences)}\n\n</details>`;
}

function list(sentences: readonly string[]): string {
  const lines = sentences.slice(0, mostSentences).map((sentence) => `- ${escaped(sentence)}`);
  if (sentences.length > mostSentences) lines.push(`- … and ${sentences.length - mostSentences} more.`);
  return lines.join('\n');
}

function packageTitle({ package: named, difference }: PackageDifference): string {
  return `Package “${name(named)}” (${differenceWords[difference]})`;
}

function name(text: string): string {
  return escapeMarkdown(cutText(text, 100));
}
function escaped(text: string): string {
  return escapeMarkdown(cutText(text, longestSentence));
}
function local(text: string): string {
  return text.replace('T', ' ');
}
function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 || noun === 'more' ? '' : 's'}`;
}
