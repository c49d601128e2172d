import type { DateTime, Duration, Percent, Version, Zone } from '../generated/ast.ts';

/** The version that was meant, quoted or not (a missing quote is SYN005's business). */
export function versionOf(version: Version): string {
  return version.value ?? version.bare ?? '';
}

/** `YYYY-MM-DDTHH:MM` with the written offset, if any; no time of day reads as midnight (SYN005 reports it). */
export function dateTimeOf(time: DateTime): string {
  if (time.iso !== undefined) {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)[\d:.]*(Z|[+-]\d\d:?\d\d)?$/.exec(time.iso);
    if (!match) return time.iso;
    const offset = match[2]?.replace('Z', '+00:00').replace(/(\d\d)(\d\d)$/, '$1:$2') ?? '';
    return `${match[1]}${offset}`;
  }
  const date = (time.date ?? '')
    .split('-')
    .map((part) => part.padStart(2, '0'))
    .join('-');
  return `${date}T${timeOf(time.time ?? '00:00')}${time.offset ?? ''}`;
}

/** `HH:MM`. */
export function timeOf(text: string): string {
  return text.padStart(5, '0');
}

export function zoneOf(zone: Zone): string {
  return zone.name ?? zone.bare ?? '';
}

export function percentOf(percent: Percent): number {
  return Number(percent.value);
}

const minutesPer: Readonly<Record<string, number>> = { min: 1, h: 60, d: 1440 };
/** Spellings that are read and then corrected. */
export const unitSpellings: Readonly<Record<string, string>> = {
  m: 'min',
  minute: 'min',
  minutes: 'min',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
};

/** Minutes of a duration; one without a unit reads as minutes, one in seconds is rounded up (SYN005 reports both). */
export function minutesOf(duration: Duration): number {
  const unit = duration.unit ?? 'min';
  const value = Number(duration.value);
  const factor = minutesPer[unitSpellings[unit] ?? unit];
  return factor === undefined ? Math.ceil(value / 60) : value * factor;
}
