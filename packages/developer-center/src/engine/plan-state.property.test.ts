import { formatLocal, isOver, type PlanStatus } from '@otaplan/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayPush, newPlanState, type PlanMachine, planDue, resume, settle, suspend, terminate } from './plan-state.ts';

const minute = 60_000;
const zone = 'Europe/Berlin';
/** The night in which the clock goes from 02:00 to 03:00 is inside. */
const start = Date.parse('2027-03-26T20:00:00Z');
const end = Date.parse('2027-03-30T20:00:00Z');
const document: PlanMachine['document'] = {
  mode: { kind: 'silent', push: { from: '23:00', to: '04:00' }, afterRejectionMinutes: 120 },
  waves: {
    steps: [
      { percent: 10, waitMinutes: 90 },
      { percent: 50, waitMinutes: 300 },
      { percent: 100, waitMinutes: 0 },
    ],
    halt: { failedPercent: 20, sample: 5 },
  },
  effective: { start: '2027-03-26T21:00', end: '2027-03-30T22:00', zone, startUtc: '', endUtc: '' },
};

const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constant('pass' as const), fc.constantFrom(1, 7, 30, 95, 600, 2000, -60, -5000)),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('decide' as const), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('suspend' as const)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('resume' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('terminate' as const), fc.integer({ min: 1, max: 40 })) },
);

test('waves open in order and not too soon, pushes keep to their window, a halt is exact, and what is over stays so', () => {
  const seen = { halts: 0, finished: 0, pushes: 0, waves: 0 };
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 120, size: 'max' }), (acts) => {
      let now = start - 60 * minute;
      let plan: PlanMachine = {
        status: 'toBeUpgraded',
        document,
        start,
        end,
        state: { ...newPlanState, activatedAt: now },
      };
      const tally = { inProgress: 0, upgraded: 0, failedForGood: 0 };
      /** Decided since a person resumed: what the halt condition looks at, counted anew. */
      let decided = { upgraded: 0, failed: 0 };
      let before: PlanStatus | null = null;
      const become = (move: { status: PlanStatus; state: PlanMachine['state'] } | null) => {
        if (!move) return;
        if (isOver(plan.status)) expect(move.status).toBe(plan.status);
        if (move.status === 'finished') expect(now).toBeGreaterThanOrEqual(end);
        plan = { ...plan, ...move };
      };
      for (const each of acts) {
        switch (each[0]) {
          case 'pass': {
            const opened = plan.state.waveOpenedAt;
            now = Math.max(0, now + each[1] * minute);
            become(planDue(plan, now));
            // Whoever looks again at once finds at most a further wave.
            for (let i = 0; i < 3; i++) become(planDue(plan, now));
            const { waveOpenedAt, nextTickAt } = plan.state;
            expect(waveOpenedAt.slice(0, opened.length)).toEqual(opened);
            for (const [index, at] of waveOpenedAt.entries()) {
              const last = waveOpenedAt[index - 1];
              const wait = document.waves.steps[index - 1]?.waitMinutes ?? 0;
              expect(at).toBeGreaterThanOrEqual(last === undefined ? start : last + wait * minute);
            }
            seen.waves = Math.max(seen.waves, waveOpenedAt.length);
            if (nextTickAt !== null && !isOver(plan.status) && plan.status !== 'suspended' && now >= start) {
              expect(nextTickAt - now).toBeLessThanOrEqual(10 * minute);
              expect(nextTickAt % (10 * minute)).toBe(0);
            }
            if (now >= end) expect(isOver(plan.status)).toBe(true);
            if (plan.status === 'finished') seen.finished++;
            break;
          }
          case 'decide': {
            if (each[1]) tally.upgraded++;
            else tally.failedForGood++;
            decided = { upgraded: decided.upgraded + Number(each[1]), failed: decided.failed + Number(!each[1]) };
            const open = plan.status === 'toBeUpgraded' || plan.status === 'upgrading';
            const all = decided.upgraded + decided.failed;
            const halts = open && all >= 5 && decided.failed / all > 0.2;
            become(settle(plan, tally, true));
            if (open) expect([decided, plan.status]).toEqual([decided, halts ? 'suspended' : 'upgrading']);
            if (halts) {
              seen.halts++;
              before = 'upgrading';
              expect(plan.state.reason).toMatch(/^Halted: /);
            }
            if (plan.status === 'suspended') before = 'upgrading';
            break;
          }
          case 'suspend':
            if (plan.status !== 'toBeUpgraded' && plan.status !== 'upgrading') break;
            before = plan.status;
            become(suspend(plan, 'key'));
            break;
          case 'resume':
            if (plan.status !== 'suspended' || now >= end) break;
            become(resume(plan, tally));
            expect(plan.status).toBe(before);
            decided = { upgraded: 0, failed: 0 };
            break;
          case 'terminate':
            if (each[1] > 1 || isOver(plan.status)) break;
            become(terminate(plan, 'key', now));
            break;
        }
        if (mayPush(plan, now)) {
          seen.pushes++;
          // I9, said otherwise: by what the wall clock in the plan's zone shows.
          const shown = formatLocal(now, zone).slice(11, 16);
          expect([shown, shown >= '23:00' || shown < '04:00']).toEqual([shown, true]);
          expect(now >= start && now < end).toBe(true);
          expect(['toBeUpgraded', 'upgrading']).toContain(plan.status);
          expect(plan.state.waveOpenedAt.length).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 300 },
  );
  for (const [what, times] of Object.entries(seen)) expect([what, times > 0]).toEqual([what, true]);
});
