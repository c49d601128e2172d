import { isZone, offsetAt, zoneNames } from '@otaplan/model';
import { nearest } from '../../syntax/nearest.ts';
import { keptName } from './zone-links.ts';

/** Zones that people mean by an abbreviation, most people first. */
const abbreviations: Readonly<Record<string, string>> = {
  ACST: 'Australia/Adelaide Australia/Darwin',
  AEDT: 'Australia/Sydney Australia/Melbourne',
  AEST: 'Australia/Sydney Australia/Brisbane',
  AKST: 'America/Anchorage',
  AST: 'America/Halifax America/Puerto_Rico Asia/Riyadh',
  AWST: 'Australia/Perth',
  BRT: 'America/Sao_Paulo',
  BST: 'Europe/London Asia/Dhaka',
  CAT: 'Africa/Maputo Africa/Harare',
  CDT: 'America/Chicago America/Havana',
  CEST: 'Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome',
  CET: 'Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome',
  CST: 'America/Chicago Asia/Shanghai America/Mexico_City',
  EAT: 'Africa/Nairobi',
  EDT: 'America/New_York America/Toronto',
  EEST: 'Europe/Athens Europe/Helsinki Europe/Bucharest',
  EET: 'Europe/Athens Europe/Helsinki Africa/Cairo',
  EST: 'America/New_York America/Toronto America/Panama',
  GMT: 'Europe/London UTC Africa/Abidjan',
  GST: 'Asia/Dubai',
  HKT: 'Asia/Hong_Kong',
  HST: 'Pacific/Honolulu',
  ICT: 'Asia/Bangkok Asia/Ho_Chi_Minh',
  IST: 'Asia/Kolkata Europe/Dublin Asia/Jerusalem',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  MDT: 'America/Denver',
  MSK: 'Europe/Moscow',
  MST: 'America/Denver America/Phoenix',
  NZDT: 'Pacific/Auckland',
  NZST: 'Pacific/Auckland',
  PDT: 'America/Los_Angeles',
  PHT: 'Asia/Manila',
  PKT: 'Asia/Karachi',
  PST: 'America/Los_Angeles Asia/Manila',
  SAST: 'Africa/Johannesburg',
  SGT: 'Asia/Singapore',
  TRT: 'Europe/Istanbul',
  WAT: 'Africa/Lagos',
  WEST: 'Europe/Lisbon',
  WET: 'Europe/Lisbon',
  WIB: 'Asia/Jakarta',
  Z: 'UTC',
};

/** Places that people look for and whose zone bears another city’s name. */
const elsewhere: Readonly<Record<string, string>> = {
  beijing: 'Asia/Shanghai',
  delhi: 'Asia/Kolkata',
  mumbai: 'Asia/Kolkata',
  munich: 'Europe/Berlin',
  hamburg: 'Europe/Berlin',
  milan: 'Europe/Rome',
  barcelona: 'Europe/Madrid',
  geneva: 'Europe/Zurich',
  boston: 'America/New_York',
  washington: 'America/New_York',
  san_francisco: 'America/Los_Angeles',
  seattle: 'America/Los_Angeles',
  dallas: 'America/Chicago',
  houston: 'America/Chicago',
  hanoi: 'Asia/Ho_Chi_Minh',
};

/** Other words by which people look for a zone: cities without a zone of their own, and abbreviations. */
export function otherNamesOf(zone: string): readonly string[] {
  const cities = Object.entries(elsewhere).flatMap(([city, of]) => (of === zone ? [city.replaceAll('_', ' ')] : []));
  const short = Object.entries(abbreviations).flatMap(([name, zones]) =>
    zones.split(' ').includes(zone) ? [name] : [],
  );
  return [...cities, ...short];
}

/** One well-known zone or two for each offset, to stand for it when only an offset was written. */
const wellKnown =
  'UTC Europe/London Europe/Berlin Europe/Paris Africa/Lagos Europe/Athens Africa/Johannesburg Africa/Cairo Europe/Istanbul Europe/Moscow Asia/Riyadh Asia/Tehran Asia/Dubai Asia/Kabul Asia/Karachi Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Yangon Asia/Bangkok Asia/Jakarta Asia/Shanghai Asia/Singapore Australia/Perth Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Sydney Australia/Brisbane Pacific/Noumea Pacific/Auckland Pacific/Chatham America/Sao_Paulo America/Argentina/Buenos_Aires America/St_Johns America/Halifax America/Santiago America/New_York America/Bogota America/Chicago America/Mexico_City America/Denver America/Phoenix America/Los_Angeles America/Anchorage Pacific/Honolulu'.split(
    ' ',
  );

/**
 * Zones that somebody may have meant by a text that names none: by abbreviation, by city, by offset, by spelling.
 * @param at an instant (ms since the epoch) at which an offset is meant
 */
export function zoneCandidates(text: string, at: number): readonly string[] {
  const trimmed = text.trim();
  const byShortName = abbreviations[trimmed.toUpperCase()];
  if (byShortName !== undefined) return valid(byShortName.split(' '));
  const kept = keptName(trimmed);
  if (kept !== undefined) return valid([kept]);
  const offset = offsetOf(trimmed);
  if (offset !== undefined)
    return valid(wellKnown.filter((zone) => isZone(zone) && offsetAt(zone, at) === offset)).slice(0, 5);
  const names = zoneNames();
  const wanted = trimmed.toLowerCase().replaceAll(' ', '_');
  const city = wanted.slice(wanted.lastIndexOf('/') + 1);
  const same = names.filter((name) => name.toLowerCase() === wanted);
  const inCity = names.filter((name) => name.toLowerCase().endsWith(`/${city}`));
  const other = elsewhere[city];
  const near = nearest(wanted, names) ?? nearestCity(city, names);
  const found = [...same, ...inCity, ...(other === undefined ? [] : [other]), ...(near === undefined ? [] : [near])];
  return valid(found.map((name) => keptName(name) ?? name)).slice(0, 5);
}

function nearestCity(city: string, names: readonly string[]): string | undefined {
  const cities = new Map(names.map((name) => [name.slice(name.lastIndexOf('/') + 1).toLowerCase(), name]));
  const guess = city.length < 4 ? undefined : nearest(city, cities.keys());
  return guess === undefined ? undefined : cities.get(guess);
}

/** Minutes of `+02:00`, `UTC+2`, `GMT-0330`. */
function offsetOf(text: string): number | undefined {
  const match = /^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?$/i.exec(text);
  if (!match) return undefined;
  const size = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === '-' ? -size : size;
}

function valid(zones: readonly string[]): readonly string[] {
  return [...new Set(zones)].filter((zone) => isZone(zone));
}
