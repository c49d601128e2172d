import { Temporal } from 'temporal-polyfill';
import type { PushWindow } from './plan.ts';
import { clockChanges, offsetAt } from './zones.ts';

/**
 * From what a plan says on a zone's clock to instants, and the push windows that follow.
 * Instants are milliseconds since the epoch throughout.
 */

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * What a time on a zone's clock stands for.
 * - `once`: one instant, the normal case.
 * - `skipped`: the clock jumps over it; `before` and `after` are the offsets around the jump, `at` the jump.
 * - `twice`: the clock shows it twice; `at` is the instant that the written offset chose, else the earlier.
 * - `otherOffset`: written with an offset that the zone does not have then; `at` is by the zone's own clock.
 */
export type LocalTime =
  | { readonly kind: 'once'; readonly at: number; readonly offset: number }
  | { readonly kind: 'skipped'; readonly at: number; readonly before: number; readonly after: number }
  | {
      readonly kind: 'twice';
      readonly at: number;
      readonly earlier: number;
      readonly later: number;
      readonly chosen: boolean;
    }
  | { readonly kind: 'otherOffset'; readonly at: number; readonly written: number; readonly actual: readonly number[] };

/**
 * Reads `YYYY-MM-DDTHH:MM` (or with a blank), optionally with an offset, on the clock of a zone.
 * @param zone an IANA name ({@link isZone})
 * @returns `null` when no such date or time exists in any zone (30 February, 25:00)
 */
export function resolveLocal(text: string, zone: string): LocalTime | null {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?:\s?([+-]\d{2}):?(\d{2}))?$/.exec(text);
  if (!match) return null;
  const plain = farFromChanges(match[1] ?? '', match[2] ?? '', zone);
  if (plain && match[3] === undefined) return plain;
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from(`${match[1]}T${match[2]}`, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const offsets = [earlier, later].map((time) => time.offsetNanoseconds / 60e9);
  const [early = 0, late = 0] = offsets;
  const [first, second] = [earlier.epochMilliseconds, later.epochMilliseconds];
  const written =
    match[3] === undefined ? null : Number(match[3]) * 60 + Math.sign(Number(`${match[3]}1`)) * Number(match[4]);
  if (!later.toPlainDateTime().equals(local)) {
    const change = clockChanges(zone, first - day, second + day).find((c) => c.after > c.before && c.at > first - day);
    return { kind: 'skipped', at: change?.at ?? second, before: early, after: late };
  }
  if (written !== null && !offsets.includes(written)) {
    return { kind: 'otherOffset', at: first, written, actual: [...new Set(offsets)] };
  }
  if (first !== second) {
    return {
      kind: 'twice',
      at: written === late ? second : first,
      earlier: first,
      later: second,
      chosen: written !== null,
    };
  }
  return { kind: 'once', at: first, offset: early };
}

/** A time around which the zone's clock is not changed, as nearly all are; `undefined`: it takes a closer look. */
function farFromChanges(date: string, time: string, zone: string): LocalTime | undefined {
  const [year, month, dayOfMonth] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8))];
  const [hour, minutes] = [Number(time.slice(0, 2)), Number(time.slice(3))];
  if (year < 1971 || year > 2198 || hour > 23 || minutes > 59 || dayOfMonth < 1) return undefined;
  const local = Date.UTC(year, month - 1, dayOfMonth, hour, minutes);
  const asRead = new Date(local);
  if (asRead.getUTCMonth() !== month - 1 || asRead.getUTCDate() !== dayOfMonth) return undefined;
  // No zone is further than 16 hours from UTC.
  if (clockChanges(zone, local - day, local + day).length > 0) return undefined;
  const offset = offsetAt(zone, local);
  return { kind: 'once', at: local - offset * minute, offset };
}

/** Minutes since midnight of `HH:MM` (`24:00` is 1440), or `null` when it is not a time of day. */
export function minutesOfDay(text: string): number | null {
  const match = /^(\d{2}):(\d{2})$/.exec(text);
  if (!match) return null;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  if (hours === 24 && minutes === 0) return 1440;
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}

/** One opening of a push window. `date` is the local day on which it opens by the plan's text. */
export interface WindowOpening {
  /** `YYYY-MM-DD` in the plan's zone. */
  readonly date: string;
  /** When it is open: usually one stretch; two where a clock change parts it. Inside the period, in order, not touching. */
  readonly stretches: readonly { readonly from: number; readonly to: number }[];
  /** Minutes open that day, before anything is cut off by the period. */
  readonly minutes: number;
  /** Minutes that the text promises; differs from `minutes` on days of clock change. */
  readonly nominalMinutes: number;
  /** Whether the period's start or end cuts part of it off. */
  readonly cut: boolean;
}

/**
 * Every opening of a push window between two instants. The window is what the zone's clock shows: it follows
 * daylight saving, may cross midnight, shrinks or vanishes when the clock skips it and doubles when the clock repeats it.
 * @param window whole hours; `from` = `to` opens never
 */
export function windowOpenings(window: PushWindow, zone: string, start: number, end: number): WindowOpening[] {
  const from = minutesOfDay(window.from);
  const to = minutesOfDay(window.to);
  if (from === null || to === null || from === to || end <= start) return [];
  const length = to > from ? to - from : to - from + 1440;
  // Within a stretch of one offset a local day is a plain UTC day, shifted.
  const spanStart = start - 3 * day;
  const spanEnd = end + 3 * day;
  const changes = clockChanges(zone, spanStart, spanEnd);
  const bounds = [spanStart, ...changes.map((change) => change.at), spanEnd];
  const offsets = [offsetAt(zone, spanStart), ...changes.map((change) => change.after)];
  const localDay = (at: number) => Math.floor((at + offsetAt(zone, at) * minute) / day);
  const openings: WindowOpening[] = [];
  for (let today = localDay(start) - 1; today <= localDay(end); today++) {
    const opens = today * day + from * minute;
    const whole: { from: number; to: number }[] = [];
    for (const [index, offset] of offsets.entries()) {
      const left = Math.max(opens - offset * minute, bounds[index] ?? spanStart);
      const right = Math.min(opens + length * minute - offset * minute, bounds[index + 1] ?? spanEnd);
      if (right <= left) continue;
      const last = whole.at(-1);
      if (last?.to === left) last.to = right;
      else whole.push({ from: left, to: right });
    }
    const stretches = whole
      .map((s) => ({ from: Math.max(s.from, start), to: Math.min(s.to, end) }))
      .filter((s) => s.to > s.from);
    const sum = (list: { from: number; to: number }[]) => list.reduce((total, s) => total + s.to - s.from, 0) / minute;
    const minutes = sum(whole);
    const vanished =
      minutes === 0 && opens >= start + offsetAt(zone, start) * minute && opens < end + offsetAt(zone, end) * minute;
    if (stretches.length === 0 && !vanished) continue;
    const date = new Date(today * day).toISOString().slice(0, 10);
    openings.push({ date, stretches, minutes, nominalMinutes: length, cut: sum(stretches) !== minutes });
  }
  return openings;
}

/** Whether a push window is open at an instant: decided by what the zone's clock shows. */
export function isWindowOpen(window: PushWindow, zone: string, at: number): boolean {
  const from = minutesOfDay(window.from);
  const to = minutesOfDay(window.to);
  if (from === null || to === null || from === to) return false;
  const local = (((at + offsetAt(zone, at) * minute) % day) + day) % day;
  const now = local / minute;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

/** The next instant after `after` at which active pushes happen: every tenth minute on the zone's clock. */
export function nextPushTick(zone: string, after: number, tickMinutes: number): number {
  const shift = offsetAt(zone, after) * minute;
  const tick = tickMinutes * minute;
  return (Math.floor((after + shift) / tick) + 1) * tick - shift;
}
