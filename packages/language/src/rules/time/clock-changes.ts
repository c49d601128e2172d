import { formatLocal, formatOffset, offsetAt } from '@otaplan/model';
import type { DateTime } from '../../generated/ast.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import { insertAfter, remove, replace, rule } from '../rule.ts';
import { listed } from '../wording.ts';

const minute = 60_000;

/** Start and end of a plan with what their words come to, where there is a zone to read them in. */
function ends({ period }: PlanMeaning) {
  if (period?.zone === undefined) return [];
  const { node, zone, start, end, startText, endText } = period;
  return [
    { zone, node: node.start, time: start, text: startText.replace('T', ' ') },
    { zone, node: node.end, time: end, text: endText.replace('T', ' ') },
  ];
}

/** The words of a date and time that say the clock, without an offset. */
function withoutOffset(node: DateTime) {
  const at = placeOf(node);
  return node.offset === undefined ? at : { ...at, end: placeOf(node, node.time === undefined ? 'date' : 'time').end };
}

export const time005 = rule({
  code: 'TIME005',
  severity: 'error',
  title: 'Time that the clock skips',
  sentence: 'Start and end must be times that the zone’s clock shows.',
  why: 'When daylight saving begins the clock jumps. A time inside the jump could be read an hour earlier or later.',
  bad: 'effective 2027-03-28 02:30 to 2027-04-10 00:00 in "Europe/Berlin"',
  good: 'effective 2027-03-28 03:00 to 2027-04-10 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check(plan) {
    for (const { zone, node, time, text } of ends(plan)) {
      if (time?.kind !== 'skipped') continue;
      const resumes = formatLocal(time.at, zone);
      const stops = formatLocal(time.at - minute, zone).slice(11);
      const at = placeOf(node);
      yield {
        at,
        message: `${text} does not exist in ${zone}: the clock goes from ${stops} to ${resumes.slice(11)}. Write ${resumes} or an earlier time.`,
        fixes: () => [replace(`Change to ${resumes}`, at, resumes, false)],
      };
    }
  },
});

export const time006 = rule({
  code: 'TIME006',
  severity: 'warning',
  title: 'Time that happens twice',
  sentence: 'A start or end that the zone’s clock shows twice should be written with its offset.',
  why: 'When daylight saving ends an hour is repeated. Without an offset the first of the two is meant.',
  bad: 'effective 2027-10-31 02:30 to 2027-11-10 00:00 in "Europe/Berlin"',
  good: 'effective 2027-10-31 02:30+02:00 to 2027-11-10 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check(plan) {
    for (const { zone, node, time, text } of ends(plan)) {
      if (time?.kind !== 'twice' || time.chosen) continue;
      const offsets = [time.earlier, time.later].map((at) => formatOffset(offsetAt(zone, at)));
      const at = placeOf(node);
      yield {
        at,
        message: `${text} happens twice in ${zone}; the first is taken. Write ${listed(
          offsets.map((offset) => `${text}${offset}`),
          'or',
        )}.`,
        fixes: () =>
          offsets.map((offset, index) =>
            insertAfter(`Add ${offset} (the ${index === 0 ? 'first' : 'second'} time)`, at, offset, index === 0),
          ),
      };
    }
  },
});

export const time011 = rule({
  code: 'TIME011',
  severity: 'warning',
  title: 'Offset against zone',
  sentence: 'A written offset should be one that the zone has on that date.',
  why: 'The zone is believed, not the offset, so the period is at another time than who wrote the offset thought.',
  bad: 'effective 2026-12-01 00:00+02:00 to 2026-12-15 00:00 in "Europe/Berlin"',
  good: 'effective 2026-12-01 00:00+01:00 to 2026-12-15 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check(plan) {
    for (const { zone, node, time, text } of ends(plan)) {
      if (time?.kind !== 'otherOffset') continue;
      const right = time.actual.map(formatOffset);
      const at = node.offset === undefined ? placeOf(node) : placeOf(node, 'offset');
      yield {
        at,
        message: `${zone} has the offset ${listed(right, 'or')} at ${text.slice(0, 16)}, not ${formatOffset(time.written)}; the zone is taken. Write ${right[0]}, or leave the offset out.`,
        fixes: () => {
          if (node.offset === undefined) return [];
          const words = withoutOffset(node);
          const changes = right.map((offset) => replace(`Change to ${offset}`, at, offset));
          return [...changes, remove('Remove the offset', { ...at, start: words.end })];
        },
      };
    }
  },
});
