import { describe, expect, test } from 'vitest';
import {
  componentStatusNames,
  deriveDeviceStatus,
  formatRate,
  mayFollow,
  mayStartAttempt,
  statusLabel,
  successRate,
} from './index.ts';
import { componentStatuses } from './statuses.ts';

describe('the status of a device follows from its components', () => {
  test.each([
    [['planNotReceived', 'planNotReceived'], 'notUpgraded'],
    [['planReceived', 'planNotReceived'], 'upgrading'],
    [['upgradeSucceeded', 'planNotReceived'], 'upgrading'],
    [['upgradeSucceeded', 'noUpdateRequired'], 'upgraded'],
    [['noUpdateRequired', 'noUpdateRequired'], 'noUpdateRequired'],
    [['noUpdateRequired', 'planNotReceived'], 'notUpgraded'],
    [['upgradeFailed', 'upgrading'], 'upgradeFailed'],
    [['downloadFailed', 'planNotReceived'], 'upgrading'],
  ] as const)('%j is %s', (components, status) => {
    expect(deriveDeviceStatus(components)).toBe(status);
  });
});

test('a component moves along the published path and never backwards', () => {
  const path = [0, 1, 2, 4, 5, 8, 9, 11];
  const byCode = new Map(componentStatusNames.map((name) => [componentStatuses[name].code as number, name]));
  for (const [i, from] of path.entries()) {
    for (const [j, to] of path.entries()) {
      const [a, b] = [byCode.get(from), byCode.get(to)];
      if (a && b) expect(mayFollow(a, b), `${a} → ${b}`).toBe(j === i + 1);
    }
  }
  expect(componentStatusNames.filter(mayStartAttempt)).toEqual(['downloadFailed', 'upgradeFailed']);
});

test('a rate without a denominator is none, not zero', () => {
  expect(successRate({ upgraded: 0, upgradeFailed: 0 })).toBeNull();
  expect(formatRate(null)).toBe('–');
  expect(successRate({ upgraded: 2, upgradeFailed: 1 })).toBe(66.67);
  expect(formatRate(100)).toBe('100.00 %');
});

test('a status of a newer server is shown as itself', () => {
  expect(statusLabel(componentStatuses, 'downloading')).toBe('Downloading');
  expect(statusLabel(componentStatuses, 'rollingBack')).toBe('rollingBack');
  expect(statusLabel(componentStatuses, 'constructor')).toBe('constructor');
});
