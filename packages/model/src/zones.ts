import { Temporal } from 'temporal-polyfill';

/**
 * Time zones: which names are ones, what a clock in them shows, and when it is changed.
 * All zone data is the runtime's own (ICU); its version is the caller's to print (`process.versions.tz` in Node).
 */

/** A change of a zone's clock: at `at`, the offset from UTC goes from `before` to `after` minutes. */
export interface ClockChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

const known = new Map<string, boolean>();

/**
 * Whether a text is the IANA name of a zone. Abbreviations (`CET`, `EST`) and fixed offsets (`+02:00`, `GMT+2`)
 * are not accepted: they do not say what happens when the clock changes. `UTC` is.
 */
export function isZone(name: string): boolean {
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  let valid = false;
  if (name === 'UTC' || /^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) {
    try {
      // Temporal resolves any letter case; a plan has to spell the name as IANA does.
      valid = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId === name;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  if (known.size > 2000) known.clear();
  known.set(name, valid);
  return valid;
}

/** The names that the runtime offers, sorted; old link names are not among them. */
export function zoneNames(): readonly string[] {
  const names = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
  return [...names].filter((name) => isZone(name)).sort();
}

/** Offset from UTC in minutes that a zone's clock has at an instant. The zone must be one ({@link isZone}). */
export function offsetAt(zone: string, at: number): number {
  if (zone === 'UTC') return 0;
  if (at < firstKept || at >= lastKept) return offsetByRuntime(zone, at);
  const { offset, changes } = yearOf(zone, new Date(at).getUTCFullYear());
  let found = offset;
  for (const change of changes) if (change.at <= at) found = change.after;
  return found;
}

function offsetByRuntime(zone: string, at: number): number {
  return zoned(zone, at).offsetNanoseconds / 60e9;
}

/** A zone's clock in one year of UTC: its offset in the beginning, and how it changes. */
interface ClockYear {
  readonly offset: number;
  readonly changes: readonly ClockChange[];
}
/** Years before the zones' clocks were orderly, and those after which nobody knows, are looked up one by one. */
const firstKept = Date.UTC(1970, 1);
const lastKept = Date.UTC(2200);
const years = new Map<string, ClockYear>();

/** Asking the runtime is slow, and most plans are of the same year and zone: what it said is kept. */
function yearOf(zone: string, year: number): ClockYear {
  const key = `${zone} ${year}`;
  const kept = years.get(key);
  if (kept) return kept;
  const start = Date.UTC(year);
  const changes: ClockChange[] = [];
  for (let at = start - 1; ; ) {
    const change = nextByRuntime(zone, at);
    if (!change || change.at >= Date.UTC(year + 1)) break;
    changes.push(change);
    ({ at } = change);
  }
  const known: ClockYear = { offset: offsetByRuntime(zone, start - 1), changes };
  if (years.size > 2000) years.clear();
  years.set(key, known);
  return known;
}

/** The next change of a zone's clock after an instant, or `null` when none is known. */
export function nextClockChange(zone: string, after: number): ClockChange | null {
  return nextByRuntime(zone, after);
}

function nextByRuntime(zone: string, after: number): ClockChange | null {
  const next = zoned(zone, after).getTimeZoneTransition('next');
  if (next === null) return null;
  const at = next.epochMilliseconds;
  const change = { at, before: offsetByRuntime(zone, at - 1), after: next.offsetNanoseconds / 60e9 };
  return change.before === change.after ? nextByRuntime(zone, at) : change;
}

/** All changes of a zone's clock with `from < at < to`. */
export function clockChanges(zone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
  if (zone === 'UTC') return changes;
  if (from >= firstKept && to < lastKept && to - from < 40 * 366 * 24 * 3_600_000) {
    const last = new Date(to).getUTCFullYear();
    for (let year = new Date(from).getUTCFullYear(); year <= last; year++) {
      for (const change of yearOf(zone, year).changes) if (change.at > from && change.at < to) changes.push(change);
    }
    return changes;
  }
  for (let change = nextClockChange(zone, from); change && change.at < to; change = nextClockChange(zone, change.at)) {
    changes.push(change);
  }
  return changes;
}

/** `YYYY-MM-DD HH:MM` on a zone's clock. */
export function formatLocal(at: number, zone: string): string {
  return zoned(zone, at).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

/** `+02:00`, from minutes. */
export function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `YYYY-MM-DDTHH:MM:SSZ`. */
export function formatUtc(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function zoned(zone: string, at: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
}
