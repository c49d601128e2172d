import type { PlanOverview } from '@otaplan/client';
import { describe, expect, it } from 'vitest';
import { failuresAtHand, isFiltering, noFilter, revealing, shownPlans, shownStatuses } from './filters.ts';

function plan(name: string, status: string, failed: number, createdAt: string): PlanOverview {
  const devices = {
    total: 10,
    notUpgraded: 10 - failed,
    upgrading: 0,
    upgraded: 0,
    upgradeFailed: failed,
    noUpdateRequired: 0,
  };
  const info = { id: name, name, status, product: name.startsWith('A') ? 'p1' : 'p2', createdAt };
  return { plan: info as PlanOverview['plan'], devices, successRate: null };
}
const plans = [
  plan('Alpha', 'upgrading', 2, '2027-01-01T00:00:00Z'),
  plan('Beta', 'finished', 5, '2027-01-03T00:00:00Z'),
  plan('Able', 'suspended', 1, '2027-01-02T00:00:00Z'),
  plan('Future', 'paused-by-moon', 0, '2027-01-02T00:00:00Z'),
];
const names = (shown: readonly PlanOverview[]) => shown.map((each) => each.plan.name);

describe('filter of the Upgrade Monitor', () => {
  it('shows all, newest first, ties by id', () => {
    expect(names(shownPlans(noFilter, plans))).toEqual(['Beta', 'Able', 'Future', 'Alpha']);
  });
  it('filters by status, product and text in any case', () => {
    expect(names(shownPlans({ ...noFilter, planStatuses: ['upgrading', 'suspended'] }, plans))).toEqual([
      'Able',
      'Alpha',
    ]);
    expect(names(shownPlans({ ...noFilter, products: ['p1'], text: 'AL' }, plans))).toEqual(['Alpha']);
  });
  it('sorts by name and by failures', () => {
    expect(names(shownPlans({ ...noFilter, sort: 'name' }, plans))).toEqual(['Able', 'Alpha', 'Beta', 'Future']);
    expect(names(shownPlans({ ...noFilter, sort: 'failures' }, plans))[0]).toBe('Beta');
  });
  it('keeps a plan whose status a newer server invented', () => {
    expect(names(shownPlans(noFilter, plans))).toContain('Future');
  });
  it('counts failures of plans that are not over', () => {
    expect(failuresAtHand(plans)).toBe(3);
  });
});

describe('a cause of failures', () => {
  const [alpha] = plans;
  const all = ['upgradeFailed', 'upgraded'];
  it('shows failed devices alone, of its plan alone', () => {
    const filter = { ...noFilter, deviceStatuses: ['upgraded'], deviceCause: { Alpha: '' } };
    expect(shownStatuses(filter, 'Alpha', all)).toEqual(['upgradeFailed']);
    expect(shownStatuses(filter, 'Beta', all)).toEqual(['upgraded']);
    expect(isFiltering({ ...noFilter, deviceCause: { Alpha: '' } })).toBe(true);
  });
  it('is revealed although the filter hides the plan, its failures, or all but a device key', () => {
    if (!alpha) throw new TypeError('no plan');
    const hiding = {
      ...noFilter,
      products: ['p2'],
      deviceStatuses: ['upgraded'],
      deviceSearch: { Alpha: '77', Beta: '88' },
      sort: 'name' as const,
    };
    expect(revealing(hiding, alpha, 'upgradeFailed', 'no space')).toEqual({
      ...noFilter,
      deviceSearch: { Beta: '88' },
      deviceCause: { Alpha: 'no space' },
      sort: 'name',
    });
  });
  it('comes out when all devices of a status are revealed; what hides nothing stays', () => {
    if (!alpha) throw new TypeError('no plan');
    const filter = { ...noFilter, products: ['p1'], deviceCause: { Alpha: 'no space' } };
    expect(revealing(filter, alpha, 'upgraded', undefined)).toEqual({ ...noFilter, products: ['p1'] });
  });
});
