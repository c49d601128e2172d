import { describe, expect, test } from 'vitest';
import { formatUtc, isWindowOpen, nextClockChange, nextPushTick, resolveLocal, windowOpenings } from './index.ts';

const utc = (text: string) => Date.parse(text);

describe('a time on a zone’s clock', () => {
  test('is one instant on an ordinary day', () => {
    const time = resolveLocal('2026-12-01T00:00', 'Europe/Berlin');
    expect(time).toEqual({ kind: 'once', at: utc('2026-11-30T23:00Z'), offset: 60 });
  });

  test.each([
    ['2027-03-28 02:30', 'Europe/Berlin', '2027-03-28T01:00Z', 60, 120],
    ['2027-03-14 02:30', 'America/New_York', '2027-03-14T07:00Z', -300, -240],
    ['2027-03-14 00:10', 'America/Havana', '2027-03-14T05:00Z', -300, -240],
    ['2027-04-30 00:30', 'Africa/Cairo', '2027-04-29T22:00Z', 120, 180],
    ['2027-09-05 00:30', 'America/Santiago', '2027-09-05T04:00Z', -240, -180],
  ])('%s in %s is skipped', (text, zone, at, before, after) => {
    expect(resolveLocal(text, zone)).toEqual({ kind: 'skipped', at: utc(at), before, after });
  });

  test.each([
    ['2027-10-31 02:30', 'Europe/Berlin', '2027-10-31T00:30Z', '2027-10-31T01:30Z'],
    ['2027-11-07 01:30', 'America/New_York', '2027-11-07T05:30Z', '2027-11-07T06:30Z'],
    ['2027-04-04 01:45', 'Australia/Lord_Howe', '2027-04-03T14:45Z', '2027-04-03T15:15Z'],
    ['2027-04-04 03:00', 'Pacific/Chatham', '2027-04-03T13:15Z', '2027-04-03T14:15Z'],
  ])('%s in %s happens twice, and an offset chooses', (text, zone, earlier, later) => {
    const plain = resolveLocal(text, zone);
    expect(plain).toMatchObject({
      kind: 'twice',
      at: utc(earlier),
      earlier: utc(earlier),
      later: utc(later),
      chosen: false,
    });
  });

  test('the written offset chooses the side of a doubled hour', () => {
    expect(resolveLocal('2027-10-31 02:30+01:00', 'Europe/Berlin')).toMatchObject({
      at: utc('2027-10-31T01:30Z'),
      chosen: true,
    });
    expect(resolveLocal('2027-10-31 02:30+02:00', 'Europe/Berlin')).toMatchObject({
      at: utc('2027-10-31T00:30Z'),
      chosen: true,
    });
  });

  test('an offset that the zone does not have then is told', () => {
    expect(resolveLocal('2026-12-01 00:00+05:00', 'Europe/Berlin')).toMatchObject({
      kind: 'otherOffset',
      written: 300,
      actual: [60],
    });
    expect(resolveLocal('2026-12-01 00:00-00:30', 'UTC')).toMatchObject({ kind: 'otherOffset', written: -30 });
  });

  test.each(['2026-02-30 00:00', '2026-12-01 25:00', '2026-13-01 00:00', '2026-12-01 24:00', 'soon'])(
    '%s does not exist',
    (text) => {
      expect(resolveLocal(text, 'UTC')).toBeNull();
    },
  );
});

describe('push windows', () => {
  const open = (window: { from: string; to: string }, zone: string, from: string, to: string) =>
    windowOpenings(window, zone, utc(from), utc(to)).map((opening) => ({
      date: opening.date,
      minutes: opening.minutes,
      stretches: opening.stretches.map((s) => `${formatUtc(s.from)}/${formatUtc(s.to)}`),
    }));

  test('vanishes on the day whose clock skips it', () => {
    expect(open({ from: '02:00', to: '03:00' }, 'Europe/Berlin', '2027-03-27T12:00Z', '2027-03-29T12:00Z')).toEqual([
      { date: '2027-03-28', minutes: 0, stretches: [] },
      { date: '2027-03-29', minutes: 60, stretches: ['2027-03-29T00:00:00Z/2027-03-29T01:00:00Z'] },
    ]);
  });

  test('doubles on the day whose clock repeats it', () => {
    expect(open({ from: '02:00', to: '03:00' }, 'Europe/Berlin', '2027-10-30T12:00Z', '2027-10-31T12:00Z')).toEqual([
      { date: '2027-10-31', minutes: 120, stretches: ['2027-10-31T00:00:00Z/2027-10-31T02:00:00Z'] },
    ]);
  });

  test('is parted where the clock repeats its end', () => {
    expect(open({ from: '01:00', to: '03:00' }, 'Pacific/Chatham', '2027-04-03T00:00Z', '2027-04-04T00:00Z')).toEqual([
      {
        date: '2027-04-04',
        minutes: 135,
        stretches: ['2027-04-03T11:15:00Z/2027-04-03T13:15:00Z', '2027-04-03T14:00:00Z/2027-04-03T14:15:00Z'],
      },
    ]);
  });

  test('may cross midnight and is cut by the period', () => {
    expect(open({ from: '22:00', to: '02:00' }, 'UTC', '2026-12-01T00:00Z', '2026-12-01T23:00Z')).toEqual([
      { date: '2026-11-30', minutes: 240, stretches: ['2026-12-01T00:00:00Z/2026-12-01T02:00:00Z'] },
      { date: '2026-12-01', minutes: 240, stretches: ['2026-12-01T22:00:00Z/2026-12-01T23:00:00Z'] },
    ]);
  });

  test.each([
    'Europe/Berlin',
    'America/Havana',
    'Africa/Cairo',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
  ])('in %s, an instant is in an opening exactly when the clock shows the window', (zone) => {
    for (const window of [
      { from: '00:00', to: '02:00' },
      { from: '23:00', to: '01:00' },
      { from: '01:00', to: '03:00' },
    ]) {
      const change = nextClockChange(zone, utc('2027-01-01T00:00Z'));
      const [from, to] = [(change?.at ?? 0) - 36 * 3_600_000, (change?.at ?? 0) + 36 * 3_600_000];
      const openings = windowOpenings(window, zone, from, to).flatMap((opening) => opening.stretches);
      for (let at = from; at < to; at += 15 * 60_000) {
        expect(
          openings.some((s) => s.from <= at && at < s.to),
          `${zone} ${formatUtc(at)}`,
        ).toBe(isWindowOpen(window, zone, at));
      }
    }
  });

  test('ticks fall on every tenth minute of the zone’s clock', () => {
    expect(formatUtc(nextPushTick('Pacific/Chatham', utc('2026-12-01T00:00Z'), 10))).toBe('2026-12-01T00:05:00Z');
    expect(formatUtc(nextPushTick('UTC', utc('2026-12-01T00:00Z'), 10))).toBe('2026-12-01T00:10:00Z');
  });
});
