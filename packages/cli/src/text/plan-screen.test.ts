import type { PlanOverview } from '@otaplan/client';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { bar, type ScreenInput, screen } from './plan-screen.ts';

const colors = pc.createColors(false);
const counts = (change: Partial<PlanOverview['devices']>) => ({
  total: 0,
  notUpgraded: 0,
  upgrading: 0,
  upgraded: 0,
  upgradeFailed: 0,
  noUpdateRequired: 0,
  ...change,
});

describe('the bar', () => {
  it('is as wide as it should be and shows every status that has a device', () => {
    const text = bar(counts({ total: 1_000_002, upgraded: 1_000_000, upgradeFailed: 1, upgrading: 1 }), 40, colors);
    expect(text).toHaveLength(40);
    expect(text).toMatch(/^█{38}▒×$/);
    expect(bar(counts({}), 10, colors)).toBe('··········');
  });
});

describe('the live screen', () => {
  it('fits the terminal, names the five statuses with numbers, and shows the newest failures with their cause', () => {
    const effective = {
      start: '',
      end: '',
      zone: 'UTC',
      startUtc: '2026-12-01T00:00:00Z',
      endUtc: '2026-12-02T00:00:00Z',
    };
    const plan = {
      id: 'p',
      name: 'Spring\u001b[31m',
      status: 'upgrading',
      effective,
      waves: { total: 3, opened: 2, nextAt: null },
      reason: null,
    };
    const devices = counts({
      total: 10,
      notUpgraded: 4,
      upgrading: 2,
      upgraded: 2,
      upgradeFailed: 1,
      noUpdateRequired: 1,
    });
    const failures = [{ cause: 'no space', components: 1, devices: ['A0001'] }];
    const input: ScreenInput = {
      plans: [{ plan, devices, successRate: 66.67 } as unknown as PlanOverview],
      statistics: new Map([['p', { failures, components: [], timeline: [], waves: [] }]]),
      connection: { state: 'live', how: 'events' },
      server: 'http://x',
      now: Date.parse('2026-12-01T22:30:00Z'),
      columns: 120,
      rows: 20,
      colors,
    };
    const text = screen(input).join('\n');
    expect(text).toContain('success 66.67 %  1 h 30 min left  wave 2 of 3');
    expect(text).toContain('█ Upgraded 2  ▓ No Update Required 1  ▒ Upgrading 2  ░ Not Upgraded 4  × Upgrade Failed 1');
    expect(text).toContain('1 failed no space (A0001)');
    expect(text).not.toContain('\u001b');
    const small = screen({ ...input, columns: 30, rows: 5 });
    expect(small.length).toBeLessThanOrEqual(5);
    expect(Math.max(...small.map((line) => line.length))).toBeLessThanOrEqual(30);
  });
});
