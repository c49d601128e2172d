import type { PlanOverview } from '@otaplan/client';
import { describe, expect, it } from 'vitest';
import { newsOf } from './judgement.ts';

function overview(status: string, upgraded: number, upgradeFailed: number, reason: string | null = null): PlanOverview {
  const devices = { total: 100, notUpgraded: 0, upgrading: 0, upgraded, upgradeFailed, noUpdateRequired: 0 };
  return { plan: { status, reason } as PlanOverview['plan'], devices, successRate: null };
}

describe('news of a plan', () => {
  it('is none when it is seen for the first time', () => {
    expect(newsOf(undefined, overview('finished', 1, 99), 5)).toEqual([]);
  });
  it('is its end, once', () => {
    expect(newsOf(overview('upgrading', 9, 0), overview('finished', 9, 0), 5)).toEqual(['finished']);
    expect(newsOf(overview('finished', 9, 0), overview('finished', 9, 0), 5)).toEqual([]);
  });
  it('is a halt with a reason, not a suspension by a person', () => {
    expect(newsOf(overview('upgrading', 9, 0), overview('suspended', 9, 0, 'Halted: 3 % failed'), 5)).toEqual([
      'halted',
    ]);
    expect(newsOf(overview('upgrading', 9, 0), overview('suspended', 9, 0), 5)).toEqual([]);
  });
  it('is the failure rate when it passes the limit, not while it stays above', () => {
    expect(newsOf(overview('upgrading', 95, 5), overview('upgrading', 94, 6), 5)).toEqual(['failureRate']);
    expect(newsOf(overview('upgrading', 94, 6), overview('upgrading', 90, 10), 5)).toEqual([]);
  });
  it('is no failure rate before enough devices are decided', () => {
    expect(newsOf(overview('upgrading', 0, 0), overview('upgrading', 0, 1), 5)).toEqual([]);
    expect(newsOf(overview('upgrading', 0, 1), overview('upgrading', 40, 10), 5)).toEqual(['failureRate']);
  });
});
