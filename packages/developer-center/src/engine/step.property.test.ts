import { reportedStatuses } from '@otaplan/api';
import { type ComponentStatus, isConfirmedAndUnderWay, isTerminal, mayFollow, type PlanStatus } from '@otaplan/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DeviceState,
  newDeviceState,
  packDeviceState,
  phases,
  statusOf,
  unpackDeviceState,
} from './device-state.ts';
import type { DeviceView, PlanView } from './draft.ts';
import { type DeviceEvent, dueAt, isTold, step } from './step.ts';

const start = 1_800_000_000_000;
const document: PlanView['document'] = {
  name: 'March',
  product: 'p1',
  mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
  conditions: { batteryPercent: 30, signalDbm: -113 },
  retry: 2,
  components: ['A', 'B', 'C'].map((identifier) => ({
    component: identifier,
    type: 'module' as const,
    identifier,
    mode: 'full' as const,
    target: '2',
    sources: ['1'],
    versions: null,
    package: null,
  })),
};

type Act =
  | { act: 'event'; event: DeviceEvent }
  /** Sends what would bring the current component on, so that histories get far. */
  | { act: 'onward' }
  /** A report of the attempt that a component is in: timely, but perhaps out of order. */
  | { act: 'send'; index: number; status: (typeof reportedStatuses)[number] }
  | { act: 'version'; identifier: string; version: string }
  | { act: 'plan'; status: PlanStatus }
  | { act: 'time'; by: number }
  | { act: 'restart' };

const identifier = fc.constantFrom('A', 'B', 'C', 'Z');
const event: fc.Arbitrary<DeviceEvent> = fc.oneof(
  fc.record({ kind: fc.constant('issue' as const), cause: fc.constantFrom('device' as const, 'schedule' as const) }),
  fc.record({ kind: fc.constant('postpone' as const), reason: fc.constant('It waits.') }),
  fc.record({
    kind: fc.constant('report' as const),
    report: fc.record({
      id: fc.constant('r'),
      kind: fc.constant('status' as const),
      planId: fc.constant('p'),
      identifier,
      attempt: fc.integer({ min: 1, max: 4 }),
      status: fc.constantFrom(...reportedStatuses),
      progress: fc.integer({ min: 0, max: 100 }),
    }),
  }),
  fc.constant({ kind: 'versions' as const }),
  fc.constant({ kind: 'online' as const }),
  fc.constant({ kind: 'due' as const }),
  fc.record({ kind: fc.constant('retry' as const), who: fc.constant('key'), begin: fc.boolean() }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('event' as const), event }) },
  { weight: 8, arbitrary: fc.constant({ act: 'onward' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('send' as const),
      index: fc.integer({ min: 0, max: 2 }),
      status: fc.constantFrom(...reportedStatuses, 'planReceived', 'upgradeConfirmed', 'upgradeFailed'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('version' as const),
      identifier,
      version: fc.constantFrom('1', '2', '3'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('plan' as const),
      status: fc.constantFrom('upgrading' as const, 'suspended' as const, 'forcedTermination' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('time' as const),
      by: fc.oneof(
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.constantFrom(25 * 3_600_000, 180_000, -3_600_000, -start),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ act: 'restart' as const }) },
);

/** What the current component would report next. */
const next: Partial<Record<ComponentStatus, (typeof reportedStatuses)[number]>> = {
  planNotReceived: 'planReceived',
  planReceived: 'upgradeConfirmed',
  upgradeRejected: 'planReceived',
  upgradeConfirmed: 'readyToDownload',
  readyToDownload: 'downloading',
  downloading: 'downloadSucceeded',
  downloadSucceeded: 'upgrading',
};

test('whatever happens, in whatever order, the invariants hold', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 150, size: 'max' }), (acts) => {
      let plan: PlanView = { status: 'upgrading', document, start, end: start + 1e9 };
      let state = newDeviceState(3);
      let facts: DeviceView = {
        versions: ['A', 'B', 'C'].map((each) => ({ identifier: each, type: 'module' as const, version: '1' })),
        online: true,
        autoUpgrade: false,
      };
      let now = start;
      let lines = 0;
      const take = (happened: DeviceEvent) => {
        const before = state;
        const taken = step(plan, state, facts, happened, now, () => 0.5);
        state = taken.state;
        lines += taken.lines.length;
        checkMoves(before, state, facts, happened, plan);
        if (statusOf(before) !== statusOf(state)) expect(taken.lines.length).toBeGreaterThan(0);
      };
      for (const each of acts) {
        switch (each.act) {
          case 'event':
            take(each.event);
            break;
          case 'onward': {
            const index = state.components.findIndex(
              (c) => c.status !== 'upgradeSucceeded' && c.status !== 'noUpdateRequired',
            );
            const component = state.components[index];
            const status = component && next[component.status];
            const name = document.components[index]?.identifier ?? '';
            if (state.phase === 'waiting') take({ kind: 'issue', cause: 'schedule' });
            else if (component && status) {
              const report = {
                id: 'r',
                kind: 'status' as const,
                planId: 'p',
                identifier: name,
                attempt: component.attempt,
              };
              take({ kind: 'report', report: { ...report, status } });
            }
            break;
          }
          case 'send': {
            const component = state.components[each.index];
            const name = document.components[each.index]?.identifier ?? '';
            const report = { id: 'r', kind: 'status' as const, planId: 'p', identifier: name };
            take({ kind: 'report', report: { ...report, attempt: component?.attempt || 1, status: each.status } });
            break;
          }
          case 'version':
            facts = {
              ...facts,
              versions: facts.versions.map((v) =>
                v.identifier === each.identifier ? { ...v, version: each.version } : v,
              ),
            };
            take({ kind: 'versions' });
            break;
          case 'plan':
            // A plan that is over stays so.
            if (plan.status === 'forcedTermination') break;
            plan = { ...plan, status: each.status };
            if (each.status === 'forcedTermination') take({ kind: 'stop', reason: 'Over.' });
            break;
          case 'time': {
            now = Math.max(0, now + each.by);
            // What is due comes to rest: it does not ask for itself for ever.
            for (let i = 0; ; i++) {
              const due = dueAt(plan, state);
              if (due === null || due > now) break;
              expect(i).toBeLessThan(20);
              take({ kind: 'due' });
            }
            break;
          }
          case 'restart':
            expect(unpackDeviceState(state.phase, packDeviceState(state))).toEqual(state);
            state = unpackDeviceState(phases[phases.indexOf(state.phase)] ?? 'ended', packDeviceState(state));
            break;
        }
      }
      // The log is bounded by what happened: no event writes more than a few lines a component.
      expect(lines).toBeLessThan(60 + acts.length * 24);
    }),
    { numRuns: 250 },
  );
});

function checkMoves(
  before: DeviceState,
  after: DeviceState,
  facts: DeviceView,
  event: DeviceEvent,
  plan: PlanView,
): void {
  for (const [index, component] of after.components.entries()) {
    const old = before.components[index];
    if (!old) throw new Error('A component was added.');
    expect(component.attempt).toBeGreaterThanOrEqual(old.attempt);
    // I3: out of a terminal status only by a recorded attempt.
    if (isTerminal(old.status) && old.status !== component.status) {
      expect(old.status).toBe('upgradeFailed');
      expect(component.attempt).toBe(old.attempt + 1);
    }
    // I7: success by the reported version alone.
    if (component.status === 'upgradeSucceeded' && old.status !== 'upgradeSucceeded') {
      expect(event.kind).toBe('versions');
      expect(facts.versions.find((v) => v.identifier === document.components[index]?.identifier)?.version).toBe('2');
    }
    if (
      event.kind === 'report' &&
      component.status !== old.status &&
      component.attempt === old.attempt &&
      old.attempt > 0
    ) {
      const later = after.components.findIndex((c) => c.status === 'upgradeFailed');
      if (later === -1 || later === index) {
        const last = old.status === 'downloading' && component.status === 'upgradeFailed';
        expect(mayFollow(old.status, component.status) || last).toBe(true);
      }
    }
    // In order: only one is confirmed and under way, and all before it are done.
    if (isConfirmedAndUnderWay(component.status)) {
      for (const earlier of after.components.slice(0, index)) {
        expect(['upgradeSucceeded', 'noUpdateRequired']).toContain(earlier.status);
      }
    }
    if (component.retryAt !== null) expect(['downloadFailed', 'upgradeFailed']).toContain(component.status);
    expect(component.retries).toBeLessThanOrEqual(document.retry);
  }
  // Suspend and terminate stop what has not confirmed.
  if ((plan.status === 'suspended' || plan.status === 'forcedTermination') && !before.confirmed) {
    expect(after.confirmed).toBe(false);
    expect(isTold(plan, after)).toBe(false);
  }
  if (after.phase === 'ended' && before.phase !== 'ended' && event.kind !== 'stop') {
    for (const { status } of after.components) {
      if (plan.status !== 'forcedTermination') expect(isTerminal(status)).toBe(true);
    }
  }
}
