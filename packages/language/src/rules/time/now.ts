import { formatLocal } from '@otaplan/model';
import { placeOf } from '../../syntax/source.ts';
import { rule } from '../rule.ts';

const minute = 60_000;

export const time014 = rule({
  code: 'TIME014',
  severity: 'error',
  title: 'Period in the past',
  sentence: 'The effective period must end in the future, and should begin there.',
  why: 'A plan whose end is past cannot be activated. One whose start is past starts at its activation.',
  bad: 'effective 2020-12-01 00:00 to 2020-12-15 00:00 in "Europe/Berlin"',
  good: 'effective 2036-12-01 00:00 to 2036-12-15 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check({ period }, { world: { now } }) {
    if (period?.zone === undefined || period.startAt === undefined || period.endAt === undefined) return;
    if (period.endAt <= period.startAt || period.startAt >= now) return;
    const clock = `${formatLocal(now, period.zone)} there now`;
    if (period.endAt <= now) {
      const end = period.endText.replace('T', ' ');
      const message = `The end ${end} is past: it is ${clock}. Write an end that is still to come.`;
      yield { at: placeOf(period.node, 'end'), message };
    } else {
      const start = period.startText.replace('T', ' ');
      const message = `The start ${start} is past: it is ${clock}. The plan will start as soon as it is activated; write a later start if that is not meant.`;
      yield { at: placeOf(period.node, 'start'), severity: 'warning', message };
    }
  },
});

export const time015 = rule({
  code: 'TIME015',
  severity: 'warning',
  title: 'Starts at once',
  sentence: 'A plan should start at least 5 minutes from now.',
  why: 'There is hardly time to deploy it, and none to change one’s mind.',
  bad: 'effective 2026-11-24 10:03 to 2026-12-15 00:00 in "UTC" // written at 10:00',
  good: 'effective 2026-11-24 12:00 to 2026-12-15 00:00 in "UTC" // written at 10:00',
  on: 'plan',
  *check({ period }, { world: { now } }) {
    if (period?.startAt === undefined || period.startAt < now || period.startAt >= now + 5 * minute) return;
    const left = Math.ceil((period.startAt - now) / minute);
    const message = `The plan starts in ${left < 1 ? 'less than a minute' : `${left} min`}. Write a later start, or be quick on purpose.`;
    yield { at: placeOf(period.node, 'start'), message };
  },
});

export const time018 = rule({
  code: 'TIME018',
  severity: 'warning',
  title: 'Very long or very short period',
  sentence: 'An effective period should last between an hour and 30 days.',
  why: 'In less than an hour few devices come online. For over 30 days a plan holds its devices and hides the next one.',
  bad: 'effective 2036-12-01 00:00 to 2037-03-01 00:00 in "Europe/Berlin"',
  good: 'effective 2036-12-01 00:00 to 2036-12-15 00:00 in "Europe/Berlin"',
  on: 'plan',
  *check({ period }) {
    if (period?.startAt === undefined || period.endAt === undefined) return;
    const minutes = (period.endAt - period.startAt) / minute;
    if (minutes <= 0) return;
    // Days of the calendar: a clock change inside makes 30 of them an hour longer or shorter.
    const [from, to] = [period.startText, period.endText].map((text) => Date.parse(`${text.slice(0, 16)}Z`));
    const days = ((to ?? 0) - (from ?? 0)) / (1440 * minute);
    if (days <= 30 && minutes >= 60) return;
    const at = { ...placeOf(period.node, 'start'), end: placeOf(period.node, 'end').end };
    if (days > 30) {
      const message = `The period lasts ${days < 31 ? 'a little over 30 days' : `${Math.floor(days)} days, over 30`}. Shorten it, or write \`allow TIME018 because "…"\`.`;
      yield { at, message };
    } else {
      const message = `The period lasts ${minutes} min, under one hour. Lengthen it, or write \`allow TIME018 because "…"\`.`;
      yield { at, message };
    }
  },
});
