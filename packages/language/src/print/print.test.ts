import { withDigest } from '@otaplan/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAll } from '../check.ts';
import { anyPlan } from '../fixtures/plans.ts';
import { format } from '../format/format.ts';
import { lower } from '../lower/lower.ts';
import { Workspace } from '../meaning/workspace.ts';
import { emptyWorld } from '../world.ts';
import { printPlan } from './print.ts';

const uri = 'file:///plan.otaplan';

function lowered(text: string) {
  const workspace = new Workspace(parseAll({ files: new Map([[uri, text]]) }), emptyWorld(0));
  return workspace.plans().map(lower);
}

describe('printing a plan', { timeout: 60_000 }, () => {
  it('comes back as the same plan when compiled, whatever the plan', () => {
    fc.assert(
      fc.property(anyPlan, fc.constantFrom('written' as const, 'leftOut' as const), (plan, defaults) => {
        expect(lowered(printPlan(plan, { defaults }))).toEqual([{ kind: 'plan', plan }]);
      }),
      { numRuns: 80 },
    );
  });

  it('is canonical', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const text = printPlan(plan);
        expect(format(text)).toEqual({ kind: 'formatted', text });
      }),
      { numRuns: 40 },
    );
  });

  it('differs in one line where one fact differs', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const other = withDigest({ ...plan, retry: (plan.retry + 1) % 6 });
        const [before, after] = [printPlan(plan).split('\n'), printPlan(other).split('\n')];
        expect(after.length).toBe(before.length);
        expect(after.filter((line, index) => line !== before[index])).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });
});
