import { placeOf } from '../syntax/source.ts';
import { rule } from './rule.ts';

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
    if (period?.startAt === undefined || period.endAt === undefined || period.endAt > period.startAt) return;
    const [start, end] = [placeOf(period.node, 'start'), placeOf(period.node, 'end')];
    const [from, to] = [period.startText.replace('T', ' '), period.endText.replace('T', ' ')];
    yield {
      at: end,
      message: `The end ${to} is not after the start ${from}. Write an end that is later.`,
      related: [{ at: start, message: 'the start' }],
      fixes: () => [
        {
          title: 'Swap start and end',
          safe: false,
          edits: [
            { at: start, text: to },
            { at: end, text: from },
          ],
        },
      ],
    };
  },
});
