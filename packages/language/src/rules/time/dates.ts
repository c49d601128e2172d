import { minutesOfDay, resolveLocal } from '@otaplan/model';
import * as ast from '../../generated/ast.ts';
import { dateTimeOf, timeOf } from '../../meaning/literals.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { type Place, placeOf } from '../../syntax/source.ts';
import { type Problem, replace, rule } from '../rule.ts';

export const time022 = rule({
  code: 'TIME022',
  severity: 'error',
  title: 'No such date or time',
  sentence: 'A date and a time must exist.',
  why: 'Some tools turn 30 February into 2 March without a word. Here it is a mistake.',
  bad: 'effective 2027-02-30 00:00 to 2027-03-15 00:00 in "Europe/Berlin"',
  good: 'effective 2027-02-28 00:00 to 2027-03-15 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check(plan) {
    const { period } = plan;
    if (period) for (const node of [period.node.start, period.node.end]) yield* dateTime(node);
    for (const push of pushes(plan)) {
      for (const property of ['from', 'to'] as const) {
        const written = push[property];
        if (written === undefined || minutesOfDay(timeOf(written)) !== null) continue;
        yield { at: placeOf(push, property), message: noTimeOfDay(written) };
      }
    }
  },
});

/** The push periods of a plan, as written. */
export function pushes(plan: PlanMeaning): readonly ast.Push[] {
  return plan.first(ast.isMode)?.statements.filter(ast.isPush) ?? [];
}

function* dateTime(node: ast.DateTime): Iterable<Problem> {
  const text = dateTimeOf(node);
  if (resolveLocal(text, 'UTC') !== null) return;
  const [date = '', time = ''] = text.split('T');
  const part = (property: 'date' | 'time'): Place => placeOf(node, node[property] === undefined ? 'iso' : property);
  if (resolveLocal(`${date}T00:00`, 'UTC') === null) yield { at: part('date'), message: noDate(date) };
  else if (time.startsWith('24:00')) {
    const next = nextDay(date);
    yield {
      at: part('time'),
      message: `24:00 does not belong to a date. Write ${next} 00:00, when the next day begins.`,
      fixes: () => [replace(`Change to ${next} 00:00`, placeOf(node), `${next} 00:00${node.offset ?? ''}`)],
    };
  } else yield { at: part('time'), message: noTimeOfDay(time.slice(0, 5)) };
}

function noDate(date: string): string {
  const [year = 0, month = 0] = date.split('-').map(Number);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return `${date} is not a date. Write it as YYYY-MM-DD.`;
  if (month < 1 || month > 12) return `${date} is not a date: there are 12 months. Write it as YYYY-MM-DD.`;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const name = new Date(Date.UTC(year, month - 1)).toLocaleString('en', { month: 'long', timeZone: 'UTC' });
  return `${date} does not exist: ${name} ${year} has ${days} days. Write a date from 1 to ${days}.`;
}

function noTimeOfDay(time: string): string {
  return `${time} is not a time of day. Write one from 00:00 to 23:59.`;
}

function nextDay(date: string): string {
  return new Date(Date.parse(`${date}T00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
}
