import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  expectedWaveSizes,
  hasPackageFileEnding,
  hasValidImeiCheckDigit,
  isDeviceKey,
  isTargeted,
  type Plan,
  planDigest,
  rolloutPosition,
  singleWave,
  versionIdentity,
  versionProblem,
  waveOf,
  withDigest,
} from './index.ts';

const plan: Omit<Plan, 'digest'> = {
  name: 'Water meter 2.4',
  product: 'p1WM01',
  effective: {
    start: '2026-12-01T00:00',
    end: '2026-12-15T23:59',
    zone: 'Europe/Berlin',
    startUtc: '2026-11-30T23:00:00Z',
    endUtc: '2026-12-15T22:59:00Z',
  },
  targets: { all: false, include: ['866123040000011'], exclude: [], count: 1 },
  components: [
    {
      component: 'modem',
      type: 'module',
      identifier: 'FOTA',
      mode: 'full',
      target: '2.4.0',
      sources: [],
      versions: null,
      package: null,
    },
  ],
  mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
  conditions: { batteryPercent: 30, signalDbm: -113 },
  retry: 5,
  waves: singleWave,
  allow: [],
};

describe('the digest', () => {
  test('is the same however the members are ordered, and itself left out', () => {
    const reordered = Object.fromEntries(Object.entries(plan).reverse()) as unknown as Plan;
    expect(planDigest(reordered)).toBe(planDigest(plan));
    expect(planDigest(withDigest(plan))).toBe(planDigest(plan));
    expect(planDigest(plan)).toMatch(/^[0-9a-f]{64}$/);
  });
  test('differs when a fact differs', () => {
    expect(planDigest({ ...plan, retry: 4 })).not.toBe(planDigest(plan));
  });
});

describe('waves', () => {
  const waves = {
    steps: [
      { percent: 1, waitMinutes: 60 },
      { percent: 10, waitMinutes: 60 },
      { percent: 100, waitMinutes: 0 },
    ],
    halt: null,
  };
  test('take about the share they say, and a device keeps its place', () => {
    const counts = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) {
      const wave = waveOf(waves, plan.name, `86612304${String(i).padStart(7, '0')}`);
      counts[wave] = (counts[wave] ?? 0) + 1;
    }
    expect(counts[0]).toBeGreaterThan(60);
    expect(counts[0]).toBeLessThan(140);
    expect(counts[1]).toBeGreaterThan(800);
    expect(counts[1]).toBeLessThan(1000);
    expect(rolloutPosition('a', 'b')).toBe(rolloutPosition('a', 'b'));
    expect(rolloutPosition('a', 'b')).not.toBe(rolloutPosition('b', 'b'));
  });
  test('expected sizes add up', () => {
    expect(expectedWaveSizes(waves, 2000)).toEqual([20, 180, 1800]);
    expect(expectedWaveSizes(waves, 3)).toEqual([0, 0, 3]);
  });
});

describe('versions', () => {
  test.each([
    ['2.4.0', '2.3.1', 'semver', 1],
    ['2.4.0-rc.1', '2.4.0', 'semver', -1],
    ['1.10', '1.9', 'dotted', 1],
    ['1.0', '1', 'dotted', 0],
    ['A', 'B', 'text', null],
    ['1.10', '1.9', null, 1],
    ['EC200U_R03', 'EC200U_R04', null, null],
  ] as const)('%s against %s by %s', (a, b, scheme, expected) => {
    const result = compareVersions(a, b, scheme);
    expect(result === null ? null : Math.sign(result)).toBe(expected);
  });
  test.each([
    ['', null, 'empty'],
    ['1 0', null, 'characters'],
    ['1'.repeat(65), null, 'tooLong'],
    ['1.2', 'semver', 'scheme'],
    ['1.x', 'dotted', 'scheme'],
    ['1.2.3', 'semver', null],
  ] as const)('%j by %s: %s', (version, scheme, problem) => {
    expect(versionProblem(version, scheme)).toBe(problem);
  });
  test('are the same when only case, v, blanks or zero padding differ', () => {
    expect(versionIdentity('V1.02.3 ')).toBe(versionIdentity('1.2.3'));
    expect(versionIdentity('1.20.3')).not.toBe(versionIdentity('1.2.3'));
  });
});

test('black wins over white', () => {
  expect(isTargeted({ all: true, include: [], exclude: ['866123040000011'], count: null }, '866123040000011')).toBe(
    false,
  );
  expect(isTargeted({ all: false, include: ['AAAA', 'BBBB'], exclude: ['BBBB'], count: 1 }, 'AAAA')).toBe(true);
  expect(isTargeted({ all: false, include: ['AAAA', 'BBBB'], exclude: ['BBBB'], count: 1 }, 'BBBB')).toBe(false);
});

test('forms of keys and file names', () => {
  expect(isDeviceKey('866123040000011')).toBe(true);
  expect(isDeviceKey('abc')).toBe(false);
  expect(hasValidImeiCheckDigit('490154203237518')).toBe(true);
  expect(hasValidImeiCheckDigit('490154203237519')).toBe(false);
  expect(hasPackageFileEnding('modem.TAR.GZ')).toBe(true);
  expect(hasPackageFileEnding('.bin')).toBe(false);
  expect(hasPackageFileEnding('modem.exe')).toBe(false);
});
