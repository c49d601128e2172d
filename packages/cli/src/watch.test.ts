import type { PlanOverview } from '@otaplan/client';
import { virtualAmbient } from '@otaplan/client/testing';
import { describe, expect, it } from 'vitest';
import { plainLines } from './watch.ts';

describe('status --watch where stdout is no terminal', () => {
  it('writes at most a line a plan every two seconds, and always the last state', async () => {
    const ambient = virtualAmbient();
    let out: string[] = [];
    const stdout = { write: async (text: string) => void out.push(text), isTerminal: false, columns: 80, rows: 24 };
    let upgraded = 0;
    const planOf = (id: string) =>
      ({
        plan: { name: id, status: 'upgrading' },
        devices: { notUpgraded: 0, upgrading: 0, upgraded, upgradeFailed: 0, noUpdateRequired: 0 },
        successRate: null,
      }) as unknown as PlanOverview;
    const lines = plainLines({ ambient, stdout }, planOf);
    for (let i = 0; i < 40; i++) {
      upgraded++;
      lines.changed('A');
      if (i % 10 === 0) lines.changed('B');
      await ambient.advance(250);
    }
    const of = (name: string) => out.filter((line) => line.includes(` ${name}: `));
    expect(of('A').length).toBeGreaterThanOrEqual(5);
    expect(of('A').length).toBeLessThanOrEqual(6);
    expect(of('A')[0]).toContain(' 1 upgraded,');
    // Without a further change nothing more comes but what is not written yet.
    await ambient.advance(10_000);
    expect(of('A').at(-1)).toContain(' 40 upgraded,');
    out = [];
    await ambient.advance(60_000);
    expect(out).toEqual([]);
    lines.changed('A');
    upgraded = 41;
    lines.changed('A');
    lines.close();
    expect(of('A').at(-1)).toContain(' 41 upgraded,');
    await ambient.advance(10_000);
    expect(of('A')).toHaveLength(2);
  });
});
