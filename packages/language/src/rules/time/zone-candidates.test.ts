import { isZone } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { zoneCandidates } from './zone-candidates.ts';
import { keptName } from './zone-links.ts';

const winter = Date.parse('2026-12-01T00:00Z');
const summer = Date.parse('2027-07-01T00:00Z');

describe('zones that somebody may have meant', () => {
  it.each([
    ['CET', winter, 'Europe/Berlin'],
    ['cst', winter, 'Asia/Shanghai'],
    ['Berlin', winter, 'Europe/Berlin'],
    ['new york', winter, 'America/New_York'],
    ['europe/berlin', winter, 'Europe/Berlin'],
    ['Europe/Belin', winter, 'Europe/Berlin'],
    ['Beijing', winter, 'Asia/Shanghai'],
    ['PRC', winter, 'Asia/Shanghai'],
    ['+01:00', winter, 'Europe/Berlin'],
    ['UTC+2', summer, 'Europe/Berlin'],
    ['GMT+05:30', winter, 'Asia/Kolkata'],
  ])('%s', (text, at, zone) => {
    expect(zoneCandidates(text, at)).toContain(zone);
  });

  it('are zones with names of today', () => {
    for (const text of ['CET', 'EST', 'IST', 'calcutta', '+05:30', 'Kiev']) {
      const zones = zoneCandidates(text, winter);
      expect(zones.length).toBeGreaterThan(0);
      for (const zone of zones) expect([zone, isZone(zone), keptName(zone)]).toEqual([zone, true, undefined]);
    }
  });

  it('are none for what resembles no zone', () => {
    expect(zoneCandidates('a long text of something else', winter)).toEqual([]);
  });
});

describe('old names of zones', () => {
  it.each([
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['Etc/UTC', 'UTC'],
  ])('%s is kept as %s', (old, kept) => {
    expect(keptName(old)).toBe(kept);
  });

  it('have no old name as their present one', () => {
    expect(keptName('Europe/Berlin')).toBeUndefined();
    expect(keptName('Asia/Kolkata')).toBeUndefined();
  });
});
