import { ast, type PlanMeaning, placeOf, rules } from '@otaplan/language';
import { formatUtc } from '@otaplan/model';
import { AstUtils } from 'langium';
import type { AtCursor } from '../cursor.ts';
import { count } from '../describe.ts';
import { type Statement, statements } from '../statements.ts';

/** A rule, by its code. */
export function aboutRule(code: string): string | undefined {
  const rule = rules.find((each) => each.code === code);
  return rule && `**${rule.code}: ${rule.title}** (${rule.severity})\n\n${rule.sentence} ${rule.why}`;
}

/** A start or end: the day of the week, UTC, and how far off it is. */
export function aboutDateTime(node: ast.DateTime, { period }: PlanMeaning, now: number): string | undefined {
  if (!period || period.zone === undefined) return undefined;
  const isStart = period.node.start === node;
  const at = isStart ? period.startAt : period.endAt;
  if (at === undefined) return undefined;
  const day = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: period.zone }).format(at);
  const written = (isStart ? period.startText : period.endText).replace('T', ' ');
  const days = Math.round(Math.abs(at - now) / 86_400_000);
  const hours = Math.round(Math.abs(at - now) / 3_600_000);
  const far = hours < 48 ? count(hours, 'hour') : count(days, 'day');
  return `${day}, ${written} in ${period.zone}\n\n${formatUtc(at)}, ${at < now ? `${far} ago` : `in ${far}`}`;
}

/** A keyword, with the rule of its statement. */
export function aboutWord({ node, word }: AtCursor): string | undefined {
  const own = ast.isMode(node) ? ['plan'] : [];
  for (const block of [...own, ...ancestors(node)]) {
    const found = Object.entries(statements[block] ?? {}).find(([key]) => key.split(' ')[0] === word);
    if (found) return describe(found[1]);
  }
  return aroundWord(node);
}

/** A word in the middle of a statement is explained by the statement. */
function aroundWord(node: AtCursor['node']): string | undefined {
  for (let each: AtCursor['node'] | undefined = node; each; each = each.$container) {
    const place = placeOf(each);
    const [first = ''] = /^[^\s{]+/.exec(place.source.text.slice(place.start, place.end)) ?? [];
    const key = ast.isWave(each) ? '%' : first;
    for (const block of ancestors(each)) {
      const found = Object.entries(statements[block] ?? {}).find(([name]) => name.split(' ')[0] === key);
      if (found) return describe(found[1]);
    }
  }
  return undefined;
}

function describe({ shape, meaning }: Statement): string {
  return `\`${shape}\`\n\n${meaning}`;
}

const blockNames: Readonly<Record<string, string>> = {
  Mode: 'mode',
  Targets: 'targets',
  Conditions: 'conditions',
  Waves: 'waves',
  Plan: 'plan',
  Package: 'package',
  Product: 'product',
};

/** The blocks around a node as the table of statements calls them, innermost first. */
function ancestors(node: AtCursor['node']): string[] {
  const found: string[] = [];
  for (let each: AtCursor['node'] | undefined = node.$container; each; each = each.$container) {
    const name = blockNames[each.$type];
    if (name) found.push(name);
  }
  const own = blockNames[node.$type];
  const inside = AstUtils.getContainerOfType(node, ast.isPlan) ? [] : own ? [own] : [];
  return [...found, ...inside, 'file'];
}
