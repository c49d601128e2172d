import { resolveLocal } from '@otaplan/model';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import { type FixDraft, replace, rule } from '../rule.ts';

export const time004 = rule({
  code: 'TIME004',
  severity: 'error',
  title: 'End not after start',
  sentence: 'The end of the effective period must be after its start.',
  why: 'Developer Center refuses a period that never begins.',
  bad: 'effective 2026-12-15 00:00 to 2026-12-01 00:00 in "Europe/Berlin"',
  good: 'effective 2026-12-01 00:00 to 2026-12-15 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check({ period }) {
    const order = period && instants(period);
    if (!order || order.end > order.start) return;
    const [start, end] = [placeOf(period.node, 'start'), placeOf(period.node, 'end')];
    const [from, to] = [period.startText.replace('T', ' '), period.endText.replace('T', ' ')];
    yield {
      at: end,
      message: `The end ${to} is not after the start ${from}. Write an end that is later.`,
      related: [{ at: start, message: 'the start' }],
      fixes: () => {
        const fixes: FixDraft[] = [];
        const nextYear = `${Number(to.slice(0, 4)) + 1}${to.slice(4)}`;
        const swap = {
          title: 'Swap start and end',
          safe: false,
          edits: [
            { at: start, text: to },
            { at: end, text: from },
          ],
        };
        if (to.slice(0, 4) === from.slice(0, 4) && nextYear > from && resolveLocal(nextYear, 'UTC')) {
          fixes.push(replace(`Change the end to ${nextYear}`, end, nextYear, false));
        }
        return order.end < order.start ? [swap, ...fixes] : fixes;
      },
    };
  },
});

/** Start and end to be compared: on the zone's clock, or as written when the zone is missing or wrong. */
function instants({ startAt, endAt, zone, startText, endText }: NonNullable<PlanMeaning['period']>) {
  if (startAt !== undefined && endAt !== undefined) return { start: startAt, end: endAt };
  if (zone !== undefined) return undefined;
  const [start, end] = [startText, endText].map((text) => resolveLocal(text, 'UTC')?.at);
  return start === undefined || end === undefined ? undefined : { start, end };
}
