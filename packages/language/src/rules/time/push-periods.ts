import { clockChanges, isWindowOpen, minutesOfDay, type PushWindow, windowOpenings } from '@otaplan/model';
import type * as ast from '../../generated/ast.ts';
import { timeOf } from '../../meaning/literals.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { type Place, placeOf } from '../../syntax/source.ts';
import { replace, rule } from '../rule.ts';
import { some } from '../wording.ts';
import { pushes } from './dates.ts';

const day = 24 * 60 * 60_000;

/** A push period that is a time of day to another, both of which exist. */
interface Window extends PushWindow {
  readonly node: ast.Push;
  readonly at: Place;
  readonly text: string;
  /** Minutes since midnight. */
  readonly opens: number;
  readonly closes: number;
}

function windows(plan: PlanMeaning): Window[] {
  return pushes(plan).flatMap((node) => {
    if (node.any || node.from === undefined || node.to === undefined) return [];
    const [from, to] = [timeOf(node.from), timeOf(node.to)];
    const [opens, closes] = [minutesOfDay(from), minutesOfDay(to)];
    if (opens === null || closes === null) return [];
    const text = `${from} to ${to}`;
    // The place is worked out only where something is wrong.
    const window: Window = {
      ...{ node, from, to, opens, closes, text },
      get at() {
        return { ...placeOf(node, 'from'), end: placeOf(node, 'to').end };
      },
    };
    return [window];
  });
}

function isEmpty({ opens, closes }: Window): boolean {
  return opens % 1440 === closes % 1440 && !(opens === 0 && closes === 1440);
}

/** The effective period, where it is one. */
function span({ period }: PlanMeaning) {
  const { zone, startAt, endAt, node } = period ?? {};
  if (!node || zone === undefined || startAt === undefined || endAt === undefined || endAt <= startAt) return undefined;
  return { zone, startAt, endAt, node };
}

export const time007 = rule({
  code: 'TIME007',
  severity: 'warning',
  title: 'Push period changed by the clock',
  sentence: 'A push period should not touch an hour that a clock change skips or repeats.',
  why: 'On that day fewer devices are pushed than planned, or none, or twice as many.',
  bad: 'effective 2027-03-20 00:00 to 2027-04-03 00:00 in "Europe/Berlin"\nmode silent { push 02:00 to 03:00 }',
  good: 'effective 2027-03-20 00:00 to 2027-04-03 00:00 in "Europe/Berlin"\nmode silent { push 03:00 to 05:00 }',
  on: 'plan',
  *check(plan) {
    const within = span(plan);
    if (!within) return;
    const { zone, startAt, endAt } = within;
    for (const window of windows(plan)) {
      if (isEmpty(window)) continue;
      const days = clockChanges(zone, startAt - day, endAt + day)
        .slice(0, 50)
        .flatMap(({ at }) => {
          const near = windowOpenings(window, zone, Math.max(startAt, at - 2 * day), Math.min(endAt, at + 2 * day));
          return near.filter(({ minutes, nominalMinutes }) => minutes !== nominalMinutes);
        })
        .map(({ date, minutes, nominalMinutes }) =>
          minutes === 0
            ? `on ${date} it does not open`
            : `on ${date} it is open for ${minutes} min instead of ${nominalMinutes}`,
        );
      if (days.length === 0) continue;
      const message = `The clock of ${zone} changes during the push period ${window.text}: ${some([...new Set(days)])}. Choose other hours, or accept it.`;
      yield { at: window.at, message };
    }
  },
});

export const time008 = rule({
  code: 'TIME008',
  severity: 'error',
  title: 'Empty push period',
  sentence: 'A push period must end at another time than it begins.',
  why: 'It could mean never or all day. Nothing would be pushed.',
  bad: 'mode silent { push 01:00 to 01:00 }',
  good: 'mode silent { push any time }',
  on: 'plan',
  *check(plan) {
    for (const window of windows(plan)) {
      if (!isEmpty(window)) continue;
      const message = `The push period ${window.text} is empty. Write a later end, or \`push any time\`.`;
      yield {
        at: window.at,
        message,
        fixes: () => [replace('Change to `push any time`', placeOf(window.node), 'push any time', false)],
      };
    }
  },
});

export const time009 = rule({
  code: 'TIME009',
  severity: 'error',
  title: 'Push period never opens',
  sentence: 'A push period must open inside the effective period.',
  why: 'The plan would run to its end without pushing anything.',
  bad: 'effective 2036-12-01 06:00 to 2036-12-01 20:00 in "Europe/Berlin"\nmode silent { push 01:00 to 05:00 }',
  good: 'effective 2036-12-01 06:00 to 2036-12-02 20:00 in "Europe/Berlin"\nmode silent { push 01:00 to 05:00 }',
  on: 'plan',
  *check(plan) {
    const within = span(plan);
    if (!within) return;
    const { zone, startAt, endAt, node } = within;
    // In three days a window opens at least once, also where a clock change swallows it on one of them.
    if (endAt - startAt >= 3 * day) return;
    for (const window of windows(plan)) {
      if (isEmpty(window)) continue;
      if (windowOpenings(window, zone, startAt, endAt).some(({ stretches }) => stretches.length > 0)) continue;
      const message = `The push period ${window.text} does not open between start and end. Choose other hours, or a longer period.`;
      const effective = { ...placeOf(node, 'start'), end: placeOf(node, 'end').end };
      yield { at: window.at, message, related: [{ at: effective, message: 'the effective period' }] };
    }
  },
});

export const time010 = rule({
  code: 'TIME010',
  severity: 'information',
  title: 'Last push period is cut',
  sentence: 'The last push period across midnight should end before the plan does.',
  why: 'Devices that count on its last hours are not pushed any more.',
  bad: 'effective 2036-12-01 00:00 to 2036-12-14 23:59 in "Europe/Berlin"\nmode silent { push 22:00 to 04:00 }',
  good: 'effective 2036-12-01 00:00 to 2036-12-15 04:00 in "Europe/Berlin"\nmode silent { push 22:00 to 04:00 }',
  on: 'plan',
  *check(plan) {
    const within = span(plan);
    if (!within) return;
    const { zone, endAt, node } = within;
    for (const window of windows(plan)) {
      if (window.closes >= window.opens || window.closes === 0) continue;
      if (!isWindowOpen(window, zone, endAt) || !isWindowOpen(window, zone, endAt - 60_000)) continue;
      const end = plan.period?.endText.replace('T', ' ');
      const message = `The plan ends at ${end}, so the last push period ${window.text} is cut off. End the plan at ${window.to} or later if its last part matters.`;
      yield { at: window.at, message, related: [{ at: placeOf(node, 'end'), message: 'the end' }] };
    }
  },
});

export const time021 = rule({
  code: 'TIME021',
  severity: 'error',
  title: 'Push period not on whole hours',
  sentence: 'A push period must begin and end on whole hours, and last at least one.',
  why: 'Developer Center knows push periods by the hour.',
  bad: 'mode silent { push 01:30 to 05:00 }',
  good: 'mode silent { push 01:00 to 05:00 }',
  on: 'plan',
  *check(plan) {
    for (const window of windows(plan)) {
      const { opens, closes } = window;
      if (isEmpty(window) || (opens % 60 === 0 && closes % 60 === 0)) continue;
      const message = `The push period ${window.text} is not on whole hours. Developer Center has no other; write whole hours.`;
      yield {
        at: window.at,
        message,
        fixes: () => {
          const wider = [Math.floor(opens / 60) * 60, Math.ceil(closes / 60) * 60];
          const narrower = [Math.ceil(opens / 60) * 60, Math.floor(closes / 60) * 60];
          return [wider, narrower]
            .filter(([from = 0, to = 0]) => from % 1440 !== to % 1440)
            .map(([from = 0, to = 0]) => `${hours(from % 1440)} to ${hours(to)}`)
            .map((text) => replace(`Change to \`${text}\``, window.at, text, false));
        },
      };
    }
  },
});

function hours(minutes: number): string {
  return `${String(minutes / 60).padStart(2, '0')}:00`;
}
