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
  return zoned(zone, at).offsetNanoseconds / 60e9;
}

/** The next change of a zone's clock after an instant, or `null` when none is known. */
export function nextClockChange(zone: string, after: number): ClockChange | null {
  const next = zoned(zone, after).getTimeZoneTransition('next');
  if (next === null) return null;
  const at = next.epochMilliseconds;
  const change = { at, before: offsetAt(zone, at - 1), after: next.offsetNanoseconds / 60e9 };
  return change.before === change.after ? nextClockChange(zone, at) : change;
}

/** All changes of a zone's clock with `from < at < to`. */
export function clockChanges(zone: string, from: number, to: number): ClockChange[] {
  const changes: ClockChange[] = [];
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
