import {
  type Comparison,
  changedPlans,
  differenceWords,
  type PackageDifference,
  type PlanDifference,
} from './compare-sets.ts';
import { cutText, escapeMarkdown, markdownLength } from './markdown.ts';

/** GitHub refuses a comment of more than 65,536 characters; what a tool adds around it has room too. */
const mostBytes = 64_000;
/** Bytes for what comes before the details. */
const room = { notes: 5_000, risks: 10_000, overview: 10_000 };
const mostSentences = 25;
const longestSentence = 600;
/** Up to so many facts are shown at once; more are folded, plan by plan. */
const fewFacts = 15;

/** A comparison as a comment for a pull request: the gist first, what to stop at next, details last. */
export function comparisonMarkdown(comparison: Comparison): string {
  const plans = changedPlans(comparison);
  const { packages, notes } = comparison;
  const head = [lead(comparison)];
  if (notes.length > 0) head.push(roomFor(notes, room.notes, (note) => `**Note:** ${escaped(note)}`, '').join('\n\n'));
  const risky = risks(plans);
  if (risky !== '') head.push(risky);
  if (plans.length > 1) head.push(overview(plans));
  const facts = [...plans, ...packages].reduce((sum, { sentences }) => sum + sentences.length, 0);
  const section = facts <= fewFacts ? openSection : foldedSection;
  const planTitle = ({ plan, difference }: PlanDifference) => `Plan “${name(plan)}” (${differenceWords[difference]})`;
  const sections = [
    ...plans.map((each) => () => section(planTitle(each), each.sentences)),
    ...packages.map((each) => () => section(packageTitle(each), each.sentences)),
  ];
  const left = mostBytes - markdownLength(head.join('\n\n'));
  const shown = roomFor(sections, left, (make) => make(), '', '. `otaplan diff` tells them all');
  return `${[...head, ...shown].join('\n\n')}\n`;
}

/**
 * As many lines as there is room for, made one by one; the rest is counted in a last line.
 * @param bytes for the lines, with a blank line between each two
 */
function roomFor<T>(
  items: readonly T[],
  bytes: number,
  line: (item: T) => string,
  prefix: string,
  more = '',
): string[] {
  const lines: string[] = [];
  let left = bytes - 200;
  for (const [i, item] of items.entries()) {
    const text = `${prefix}${line(item)}`;
    left -= markdownLength(text) + 2;
    if (left < 0) {
      const rest = (items.length - i).toLocaleString('en');
      lines.push(`${prefix}… and ${rest} more, for which there is no room here${more}.`);
      break;
    }
    lines.push(text);
  }
  return lines;
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
  const lines = roomFor(
    found,
    room.risks,
    ({ plan, text, isNew }) =>
      `${plans.length > 1 ? `“${name(plan)}”: ` : ''}${escaped(text)}${isNew ? '' : ' (as before)'}`,
    '> - ',
  );
  // What was so before is told, but is no reason to stop.
  const kind = found.some(({ isNew }) => isNew) ? 'WARNING' : 'NOTE';
  return `> [!${kind}]\n> Worth a second look:\n${lines.join('\n')}`;
}

function overview(plans: readonly PlanDifference[]): string {
  const rows = roomFor(
    plans,
    room.overview,
    ({ plan, difference, devices, period, risks: found }) => {
      const effective = period ? `${local(period.start)} to ${local(period.end)} ${period.zone}` : '';
      const counted = devices === null ? (period ? 'every device' : '') : devices.toLocaleString('en');
      return `${name(plan)} | ${differenceWords[difference]} | ${counted} | ${escaped(effective)} | ${found.length > 0 ? found.length : ''} |`;
    },
    '| ',
  );
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
