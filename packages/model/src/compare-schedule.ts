import { periodFacts } from './compare.ts';
import { windowOpenings } from './period.ts';
import type { Plan } from './plan.ts';
import { expectedWaveSizes } from './waves.ts';
import { formatLocal } from './zones.ts';

/** What the words of a plan come to on the calendar. All local times are on the clock of the plan's zone. */

/** When a wave may open at the earliest, if the plan is activated in time and nothing halts it. */
export interface WaveDate {
  /** Cumulative share of the targets. */
  readonly percent: number;
  /** Devices that this wave adds, as the shares fall; `null` where only Developer Center can count. */
  readonly devices: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `YYYY-MM-DD HH:MM`. */
  readonly local: string;
  /** Whether the period is over by then: the wave never opens. */
  readonly afterEnd: boolean;
}

/** The waves of a plan as dates: each opens when the waits before it have passed since the start. */
export function waveDates(plan: Plan): WaveDate[] {
  const { startUtc, endUtc, zone } = plan.effective;
  const sizes = plan.targets.count === null ? null : expectedWaveSizes(plan.waves, plan.targets.count);
  let at = Date.parse(startUtc);
  return plan.waves.steps.map(({ percent, waitMinutes }, i) => {
    const opens = at;
    at += waitMinutes * 60_000;
    return {
      percent,
      devices: sizes === null ? null : (sizes[i] ?? 0),
      at: opens,
      local: formatLocal(opens, zone),
      afterEnd: opens >= Date.parse(endUtc),
    };
  });
}

/** The push windows of a whole plan in short. */
export interface PushSummary {
  /** How often the window opens inside the period. */
  readonly openings: number;
  /** Minutes that it is open in all. */
  readonly minutes: number;
  /** The first opening: milliseconds since the epoch, and local. */
  readonly first: { readonly at: number; readonly local: string } | null;
  /** Days on which a clock change makes the window longer or shorter than written. */
  readonly clockChanges: readonly { readonly date: string; readonly minutes: number; readonly nominal: number }[];
}

/** Periods longer than this are not unrolled day by day. */
const longestPeriodMinutes = 3 * 366 * 1440;

/** The push windows of a plan, or `null` when it has none (any time, or on request only) or its period is no sane one. */
export function pushSummary(plan: Plan): PushSummary | null {
  const { push } = plan.mode;
  const { minutes, zone } = periodFacts(plan);
  if (typeof push === 'string' || !(minutes > 0) || minutes > longestPeriodMinutes) return null;
  const { startUtc, endUtc } = plan.effective;
  const openings = windowOpenings(push, zone, Date.parse(startUtc), Date.parse(endUtc));
  const stretches = openings.flatMap((opening) => opening.stretches);
  const at = stretches[0]?.from;
  return {
    openings: openings.filter((opening) => opening.stretches.length > 0).length,
    minutes: Math.round(stretches.reduce((sum, { from, to }) => sum + to - from, 0) / 60_000),
    first: at === undefined ? null : { at, local: formatLocal(at, zone) },
    clockChanges: openings
      .filter((opening) => opening.minutes !== opening.nominalMinutes)
      .map(({ date, minutes: open, nominalMinutes: nominal }) => ({ date, minutes: open, nominal })),
  };
}
