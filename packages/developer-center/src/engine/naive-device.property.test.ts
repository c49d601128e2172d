import { reportedStatuses } from '@otaplan/api';
import { componentStatuses, deviceStatuses } from '@otaplan/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeviceState, newDeviceState, statusOf } from './device-state.ts';
import type { DeviceView, PlanView } from './draft.ts';
import { NaiveDevice, type NaivePlan } from './naive-device.ts';
import { type DeviceEvent, dueAt, step } from './step.ts';

const start = 1_800_000_000_000;
const period = 7 * 24 * 3_600_000;
const identifiers = ['A', 'B', 'C'];
const onward: Readonly<Record<string, (typeof reportedStatuses)[number]>> = {
  planNotReceived: 'planReceived',
  planReceived: 'upgradeConfirmed',
  upgradeConfirmed: 'readyToDownload',
  readyToDownload: 'downloading',
  downloading: 'downloadSucceeded',
  downloadSucceeded: 'upgrading',
};

const minutes = fc.constantFrom(0.5, 0.5, 1, 3, 10, 130, 24 * 60, 24 * 60 + 30, 26 * 60, -60);
const act = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('issue' as const), fc.boolean()) },
  { weight: 9, arbitrary: fc.tuple(fc.constant('onward' as const)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('fail' as const),
      fc.constantFrom('downloadFailed' as const, 'upgradeFailed' as const),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(
      fc.constant('report' as const),
      fc.constantFrom(...identifiers, 'Z'),
      fc.constantFrom(0, 0, 0, -1, 1),
      fc.constantFrom(...reportedStatuses),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant('versions' as const),
      fc.constantFrom(...identifiers),
      fc.constantFrom('1', '2', '2', '3'),
    ),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('pass' as const), minutes) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('online' as const), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('switch' as const), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('retry' as const), fc.boolean()) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('plan' as const),
      fc.constantFrom('upgrading' as const, 'upgrading' as const, 'suspended' as const, 'forcedTermination' as const),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('user' as const),
      fc.oneof(
        fc.record({ kind: fc.constantFrom('now' as const, 'cancel' as const, 'putAway' as const, 'retry' as const) }),
        fc.record({
          kind: fc.constant('appoint' as const),
          from: fc.constantFrom(0, 60, 600).map((each) => start + each * 60_000),
          to: fc.constantFrom(30, 120, 900).map((each) => start + each * 60_000),
        }),
      ),
    ),
  },
);

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Found by chance once: C has no way, so that no attempt of it begins, and the device speaks of it all the same. */
const ofWhatWasNotIssued: Act[] = [
  ['versions', 'C', '3'],
  ['switch', true],
  ['issue', true],
  ['report', 'C', 0, 'planReceived'],
];

/** The engine and the naive rules side by side: every event is given to both. */
class Pair {
  plan: PlanView;
  state: DeviceState;
  facts: DeviceView;
  readonly naive: NaiveDevice;
  now = start;
  events = 0;

  constructor(manual: boolean, retry: number, sources: readonly string[]) {
    const mode = manual
      ? ({ kind: 'manual', push: 'any', texts: { en: 'New' } } as const)
      : ({ kind: 'silent', push: 'any', afterRejectionMinutes: 120 } as const);
    const components = identifiers.map((identifier) => ({
      component: identifier,
      type: 'module' as const,
      identifier,
      mode: 'full' as const,
      target: '2',
      sources,
      versions: null,
      package: null,
    }));
    const document = { name: 'March', product: 'p1', mode, retry, components };
    const conditions = { batteryPercent: 30, signalDbm: -113 };
    this.plan = { status: 'upgrading', document: { ...document, conditions }, start, end: start + period };
    this.state = newDeviceState(identifiers.length);
    this.facts = {
      versions: identifiers.map((identifier) => ({ identifier, type: 'module', version: '1' })),
      online: true,
      autoUpgrade: false,
    };
    this.naive = new NaiveDevice(identifiers.length);
  }

  get naivePlan(): NaivePlan {
    const { status, document, end } = this.plan;
    const open = status === 'toBeUpgraded' || status === 'upgrading';
    const { mode, retry, components } = document;
    const rejectionMs = 120 * 60_000;
    return {
      open,
      over: status === 'forcedTermination',
      manual: mode.kind === 'manual',
      retry,
      rejectionMs,
      start,
      end,
      components,
    };
  }

  get naiveFacts() {
    const { versions, online, autoUpgrade } = this.facts;
    return { versions: new Map(versions.map(({ identifier, version }) => [identifier, version])), online, autoUpgrade };
  }

  take(event: DeviceEvent): void {
    this.events++;
    const before = JSON.stringify(this.naive);
    const taken = step(this.plan, this.state, this.facts, event, this.now, () => 0.5);
    this.state = taken.state;
    const applied = this.#naively(event);
    if (applied !== null) expect([event, taken.result.result === 'applied']).toEqual([event, applied]);
    expect({ before, event, is: this.#engineSays() }).toEqual({ before, event, is: this.#naiveSays() });
  }

  #naively(event: DeviceEvent): boolean | null {
    const { naive, naivePlan: plan, naiveFacts: facts, now } = this;
    switch (event.kind) {
      case 'issue':
        naive.issue(plan, facts, now, event.cause === 'schedule');
        return null;
      case 'report': {
        const { identifier, attempt, status } = event.report;
        return naive.report(plan, now, identifier, attempt, componentStatuses[status].code);
      }
      case 'versions':
        naive.versions(plan, facts, now);
        return null;
      case 'online':
        naive.online(plan, now);
        return null;
      case 'due':
        naive.due(plan, facts, now);
        return null;
      case 'retry':
        return naive.retry(plan, facts, now, event.begin);
      case 'stop':
        naive.stop();
        return null;
      case 'user':
        return naive.act(plan, facts, now, event.action);
      case 'postpone':
        return null;
    }
  }

  #engineSays() {
    const { phase, confirmed, heardAt, heldUntil, retryWanted, userConfirm, components } = this.state;
    return {
      status: deviceStatuses[statusOf(this.state)].code,
      ...{ phase, confirmed, heard: heardAt, heldUntil, wanted: retryWanted !== null, user: userConfirm },
      components: components.map(({ status, attempt, retries, retryAt, available }) => {
        return { code: componentStatuses[status].code, attempt, retries, again: retryAt, available };
      }),
    };
  }

  #naiveSays() {
    const { phase, confirmed, heard, heldUntil, wanted, user, components } = this.naive;
    return { status: this.naive.status(), phase, confirmed, heard, heldUntil, wanted, user, components };
  }
}

function perform(pair: Pair, each: Act): unknown {
  const report = (identifier: string, attempt: number, status: (typeof reportedStatuses)[number]) =>
    pair.take({ kind: 'report', report: { id: 'r', kind: 'status', planId: 'p', identifier, attempt, status } });
  const attemptOf = (identifier: string) => pair.state.components[identifiers.indexOf(identifier)]?.attempt ?? 1;
  switch (each[0]) {
    case 'issue':
      return pair.take({ kind: 'issue', cause: each[1] ? 'schedule' : 'device' });
    case 'onward': {
      if (pair.state.phase === 'waiting') return pair.take({ kind: 'issue', cause: 'schedule' });
      const index = pair.state.components.findIndex(
        (c) => !['upgradeSucceeded', 'noUpdateRequired'].includes(c.status),
      );
      const component = pair.state.components[index];
      const next = component && onward[component.status];
      const identifier = identifiers[index] ?? '';
      return component && next ? report(identifier, component.attempt, next) : null;
    }
    case 'fail': {
      const index = pair.state.components.findIndex(
        (c) => !['upgradeSucceeded', 'noUpdateRequired'].includes(c.status),
      );
      return index === -1 ? null : report(identifiers[index] ?? '', attemptOf(identifiers[index] ?? ''), each[1]);
    }
    case 'report':
      return report(each[1], attemptOf(each[1]) + each[2], each[3]);
    case 'versions': {
      const [, identifier, version] = each;
      const versions = pair.facts.versions.map((v) => (v.identifier === identifier ? { ...v, version } : v));
      pair.facts = { ...pair.facts, versions };
      return pair.take({ kind: 'versions' });
    }
    case 'pass':
      pair.now = Math.max(start, pair.now + each[1] * 60_000);
      for (let due = dueAt(pair.plan, pair.state); due !== null && due <= pair.now; due = dueAt(pair.plan, pair.state))
        pair.take({ kind: 'due' });
      return null;
    case 'online':
      pair.facts = { ...pair.facts, online: each[1] };
      return each[1] ? pair.take({ kind: 'online' }) : null;
    case 'switch':
      pair.facts = { ...pair.facts, autoUpgrade: each[1] };
      return null;
    case 'retry':
      return pair.take({ kind: 'retry', who: 'key', begin: each[1] });
    case 'plan':
      // A plan that is over stays so.
      if (pair.plan.status === 'forcedTermination') return null;
      pair.plan = { ...pair.plan, status: each[1] };
      return each[1] === 'forcedTermination' ? pair.take({ kind: 'stop', reason: 'Over.' }) : null;
    case 'user':
      return pair.take({ kind: 'user', action: each[1], who: 'alice' });
  }
}

test.each([
  ['silent', false],
  ['manual', true],
])(
  'in %s plans the engine does what the rules say when they are written a second time, over ten thousand events',
  (_, manual) => {
    let events = 0;
    const reached = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 20, maxLength: 150, size: 'max' }),
        fc.constantFrom(0, 1, 2),
        fc.constantFrom([], ['1']),
        (acts, retry, sources) => {
          const pair = new Pair(manual, retry, sources);
          for (const each of acts) perform(pair, each);
          events += pair.events;
          for (const { status } of pair.state.components) reached.add(status);
          reached.add(`${pair.state.phase} ${statusOf(pair.state)} user ${pair.state.userConfirm}`);
        },
      ),
      { numRuns: 250, examples: [[ofWhatWasNotIssued, 0, ['1']]] },
    );
    expect(events).toBeGreaterThan(10_000);
    // Histories that never get far would prove nothing.
    const ends = ['upgradeSucceeded', 'upgradeFailed', 'noUpdateRequired', 'planNotReceived', 'planReceived'];
    for (const status of ends) expect([status, reached.has(status)]).toEqual([status, true]);
    if (manual)
      for (const code of [2, 3, 4]) expect([...reached].some((text) => text.endsWith(`user ${code}`))).toBe(true);
  },
);
