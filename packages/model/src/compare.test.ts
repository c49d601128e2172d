import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePlans, onlyTextsChange } from './compare.ts';
import { describeChanges } from './compare-words.ts';
import { withDigest } from './digest.ts';
import type { Mode, Plan, PlanComponent } from './plan.ts';
import { singleWave } from './plan.ts';

const modem: PlanComponent = {
  component: 'modem',
  type: 'module',
  identifier: 'FOTA',
  mode: 'full',
  target: '2.4.0',
  sources: ['2.3.0', '2.3.1'],
  versions: 'semver',
  package: {
    name: 'Modem 2.4.0',
    type: 'module',
    version: '2.4.0',
    sourceVersion: null,
    files: [{ name: 'm.bin', sha256: 'a'.repeat(64) }],
  },
};
const mcu: PlanComponent = {
  ...modem,
  component: 'mcu',
  type: 'mcu',
  identifier: 'STM32',
  target: '1.9.0',
  package: null,
};
const silent: Mode = { kind: 'silent', push: { from: '01:00', to: '05:00' }, afterRejectionMinutes: 120 };
const manual = (texts: Record<string, string>): Mode => ({ kind: 'manual', push: 'any', texts });

function plan(change: Partial<Plan> = {}): Plan {
  return withDigest({
    name: 'Water meter 2.4',
    product: 'p1WM01',
    effective: {
      start: '2026-12-01T00:00',
      end: '2026-12-15T23:59',
      zone: 'Europe/Berlin',
      startUtc: '2026-11-30T23:00:00Z',
      endUtc: '2026-12-15T22:59:00Z',
    },
    targets: { all: false, include: ['A001', 'A002'], exclude: [], count: 2 },
    components: [modem, mcu],
    mode: silent,
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 5,
    waves: singleWave,
    allow: [],
    ...change,
  });
}
const said = (after: Partial<Plan>, before: Partial<Plan> = {}) =>
  describeChanges(comparePlans(plan(before), plan(after)));

describe('comparison of plans', () => {
  it('says nothing when nothing changed', () => {
    expect(said({})).toEqual([]);
  });
  it('counts the devices that came and went and names the first', () => {
    const include = Array.from({ length: 1200 }, (_, i) => `B${String(i).padStart(4, '0')}`);
    expect(said({ targets: { all: false, include: ['A002', ...include], exclude: ['C001'], count: 1201 } })).toEqual([
      'Devices: 1,200 added (B0000, B0001, B0002, B0003, B0004, …), over 99.9 % of the new list; 1 removed (A001), 50 % of the old list; 2 → 1,201.',
      'Excluded devices: 1 added (C001); 0 → 1.',
    ]);
  });
  it('tells upgrade, downgrade, rebuild and what cannot be ordered apart', () => {
    const to = (change: Partial<PlanComponent>) => said({ components: [{ ...modem, ...change }, mcu] })[0];
    expect(to({ target: '2.5.0' })).toBe('FOTA: target version 2.4.0 → 2.5.0, which is newer.');
    expect(to({ target: '2.3.9' })).toBe('FOTA: target version 2.4.0 → 2.3.9, which is older.');
    expect(to({ target: 'R7', versions: 'text' })).toContain('not known');
    const rebuilt = {
      ...modem.package,
      files: [{ name: 'm.bin', sha256: 'b'.repeat(64) }],
    } as PlanComponent['package'];
    expect(to({ package: rebuilt })).toBe('FOTA: the same version 2.4.0 with other content.');
  });
  it('gives the period in local time and UTC with its length', () => {
    const effective = { ...plan().effective, end: '2026-12-16T23:59', endUtc: '2026-12-16T22:59:00Z' };
    expect(said({ effective })).toEqual([
      'End: 2026-12-15 23:59 → 2026-12-16 23:59 local (UTC 2026-12-15 22:59 → 2026-12-16 22:59).',
      'The period is 15 d 23 h 59 min long, 1 d longer than before.',
    ]);
  });
  it('tells that the targets become every device', () => {
    expect(said({ targets: { all: true, include: [], exclude: [], count: null } })[0]).toBe(
      'Every device of the product is now a target, no longer only 2 listed devices.',
    );
  });
  it('knows when only texts for end users differ', () => {
    const before = plan({ mode: manual({ en: 'Ready' }) });
    expect(onlyTextsChange(comparePlans(before, plan({ mode: manual({ en: 'Ready', zh: '好' }) })))).toBe(true);
    expect(onlyTextsChange(comparePlans(before, plan({ mode: manual({ en: 'Now' }), retry: 1 })))).toBe(false);
    expect(onlyTextsChange(comparePlans(before, before))).toBe(false);
  });
  it('describes a new plan whole', () => {
    expect(describeChanges(comparePlans(null, plan()))).toEqual([
      'New plan for product p1WM01.',
      'Effective 2026-12-01 00:00 to 2026-12-15 23:59 Europe/Berlin (UTC 2026-11-30 23:00 to 2026-12-15 22:59; 14 d 23 h 59 min).',
      'Targets 2 devices.',
      'Upgrades FOTA (module) to 2.4.0 from 2.3.0, 2.3.1, full package.',
      'Upgrades STM32 (mcu) to 1.9.0 from 2.3.0, 2.3.1, full package.',
      'Silent upgrade; push period: 01:00 to 05:00; pushed again 2 h after a rejection.',
      'Needs battery of at least 30 % and signal of at least -113 dBm; retries 5 times.',
      'The push window opens 15 times, 60 h in all, first 2026-12-01 01:00 (UTC 2026-12-01 00:00).',
      'Waves: all devices at once; halt: never.',
    ]);
  });
  it('finds a change exactly when the digests differ', () => {
    const arbitrary = fc.record({
      retry: fc.integer({ min: 0, max: 2 }),
      components: fc.shuffledSubarray([modem, mcu, { ...mcu, identifier: 'BOOT' }], { minLength: 1 }),
      mode: fc.constantFrom<Mode>(silent, { ...silent, push: 'any' }, manual({ en: 'a' }), manual({ de: 'a' })),
      targets: fc
        .record({ include: fc.subarray(['A001', 'A002']), exclude: fc.subarray(['A001', 'A003']) })
        .map((lists) => ({
          all: false,
          ...lists,
          count: lists.include.filter((key) => !lists.exclude.includes(key)).length,
        })),
      waves: fc.constantFrom(singleWave, { ...singleWave, halt: { failedPercent: 2, sample: 50 } }),
      allow: fc.subarray([
        { code: 'TIME018', reason: 'a' },
        { code: 'SAFE001', reason: 'b' },
      ]),
    });
    fc.assert(
      fc.property(arbitrary, arbitrary, (a, b) => {
        const [before, after] = [plan(a), plan(b)];
        const changes = comparePlans(before, after);
        expect(changes.length === 0).toBe(before.digest === after.digest);
        expect(describeChanges(changes).length).toBeGreaterThanOrEqual(changes.length);
      }),
    );
  });
});
