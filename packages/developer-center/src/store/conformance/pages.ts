import { expect } from 'vitest';
import { plan as planDocument, product } from '../../center/test-world.ts';
import { step } from '../../engine/index.ts';
import { firstAccount } from '../accounts.ts';
import type { DeviceFilter } from '../plans.ts';
import type { Store } from '../store.ts';
import { activate, devices, facts, register, type WithStore } from './bench.ts';

/** What is read in pages, and in lines over time. */
export function pagesConformance(withStore: WithStore): void {
  withStore('a long log is paged without a gap, also while it grows', async (store) => {
    await activate(store, 1);
    const result = { result: 'applied' } as const;
    const grow = async (lines: number, components: number) => {
      for (let written = 0; written < lines; written += 400) {
        await store.plans.inDevice(product, 'DEV0000', 100, ({ runs: [run] }) => {
          const line = (index: number) => {
            return {
              time: 100,
              component: index % components,
              attempt: 1,
              cause: 'device',
              text: 'a',
              reported: null,
            } as const;
          };
          if (run)
            run.keep({ state: run.state, lines: Array.from({ length: 400 }, (_, index) => line(index)), result });
        });
      }
    };
    const page = async (component: number | null, after: number, limit: number) =>
      (await store.plans.componentLog('p1', 'DEV0000', component, after, limit)).map(({ id }) => id);
    await grow(2400, 2);
    const whole = await page(null, 0, 10_000);
    expect([whole.length, whole.toSorted((a, b) => a - b)]).toEqual([2400, whole]);
    for (const limit of [700, 2399]) {
      const paged: number[] = [];
      for (let some = await page(null, 0, limit); some.length > 0; some = await page(null, paged.at(-1) ?? 0, limit))
        paged.push(...some);
      expect(paged).toEqual(whole);
    }
    const second = whole.filter((_, index) => index % 2 === 1);
    expect(await page(1, 0, 10_000)).toEqual(second);
    await grow(400, 2);
    expect((await page(null, whole.at(-1) ?? 0, 1000)).length).toBe(400);
    expect((await page(null, 0, 10_000)).slice(0, 2400)).toEqual(whole);
    expect((await page(1, second.at(-1) ?? 0, 150)).length).toBe(150);
  });

  withStore('pages neither skip nor repeat', async (store) => {
    await activate(store, 250);
    for (const filter of [{}, { search: 'ev00' }, { status: 'notUpgraded' }]) {
      const keys: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await store.plans.listPlanDevices('p1', filter, 37, cursor);
        keys.push(...page.items.map(({ deviceKey }) => deviceKey));
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      expect(keys).toEqual(devices(filter.search ? 100 : 250).map(({ deviceKey }) => deviceKey));
    }
  });

  withStore('a page of a status is full whenever there are enough of it, however rare it is', async (store) => {
    const many = 21_000;
    await register(store, many);
    await store.plans.createPlan(firstAccount, 'p1', planDocument(), 'key', 1);
    for (let after = ''; ; ) {
      const some = await store.plans.targetDevices(product, { after }, Number.MAX_SAFE_INTEGER, 10_000);
      if (some.length === 0) break;
      await store.plans.addPlanDevices(
        'p1',
        some.map(({ id }) => ({ id, wave: 0 })),
      );
      after = some.at(-1)?.deviceKey ?? '';
    }
    await store.plans.changePlan('p1', () => ({ status: 'upgrading' }), 'key', 2);
    const rare = ['DEV0005', 'DEV12000', 'DEV20990', 'DEV9999'];
    for (const key of rare) {
      await store.plans.inDevice(product, key, 100, ({ runs }) => {
        for (const run of runs) {
          run.keep(step(run.plan, run.state, facts, { kind: 'issue', cause: 'schedule' }, 100, () => 0.5));
          const report = { id: key, kind: 'status', planId: 'p1', identifier: 'FOTA', attempt: 1 } as const;
          const received = { kind: 'report', report: { ...report, status: 'planReceived' } } as const;
          run.keep(step(run.plan, run.state, facts, received, 100, () => 0.5));
        }
      });
    }
    const page = async (limit: number, cursor: string | null, search?: string) => {
      const found = await store.plans.listPlanDevices('p1', { status: 'upgrading', search }, limit, cursor);
      return { keys: found.items.map(({ deviceKey }) => deviceKey), next: found.nextCursor };
    };
    expect(await page(4, null)).toEqual({ keys: rare, next: null });
    const first = await page(3, null);
    expect(first.keys).toEqual(rare.slice(0, 3));
    expect(await page(3, first.next)).toEqual({ keys: rare.slice(3), next: null });
    expect(await page(3, null, '2099')).toEqual({ keys: ['DEV20990'], next: null });
    const others = await store.plans.listPlanDevices('p1', { status: 'notUpgraded' }, 500, first.next);
    expect(others.items.map(({ deviceKey }) => deviceKey).slice(0, 2)).toEqual(['DEV20991', 'DEV20992']);
    expect(others.items).toHaveLength(500);
  });

  /** Issues the plan to devices of it, which fail at once. */
  const fail = async (store: Store, keys: readonly string[], cause: (index: number) => string, now: number) => {
    for (const [index, key] of keys.entries()) {
      await store.plans.inDevice(product, key, now, (session) => {
        for (const run of session.runs) {
          const take = (event: Parameters<typeof step>[3]) =>
            run.keep(step(run.plan, run.state, facts, event, now, () => 0.5));
          take({ kind: 'issue', cause: 'device' });
          for (const status of ['planReceived', 'upgradeConfirmed', 'upgradeFailed'] as const) {
            const report = {
              id: `${status} ${now}`,
              kind: 'status',
              planId: 'p1',
              identifier: 'FOTA',
              attempt: 1,
            } as const;
            take({
              kind: 'report',
              report: { ...report, status, ...(status === 'upgradeFailed' ? { cause: cause(index) } : {}) },
            });
          }
        }
      });
    }
  };

  withStore('failed devices of a cause are listed, as many as the counters say', async (store, again) => {
    await activate(store, 120);
    const keys = devices(100).map(({ deviceKey }) => deviceKey);
    const causeOf = (index: number) => (index % 4 === 0 ? 'no space' : index % 4 === 1 ? 'a\0b' : 'no signal');
    await fail(store, keys, causeOf, 100);
    const reopened = await again();
    const listed = async (filter: DeviceFilter) => {
      const found: string[] = [];
      for (let cursor: string | null = null; ; ) {
        const page = await reopened.plans.listPlanDevices('p1', filter, 7, cursor);
        found.push(...page.items.map(({ deviceKey }) => deviceKey));
        expect(page.items.length).toBeLessThanOrEqual(7);
        cursor = page.nextCursor;
        if (cursor === null) return found;
      }
    };
    const causes = await reopened.plans.failureCauses('p1');
    expect(causes).toHaveLength(3);
    for (const { cause, devices: count } of causes) {
      const found = await listed({ cause });
      expect(found).toEqual(keys.filter((_, index) => causeOf(index).replace('\0', '\ufffd') === cause));
      expect(found).toHaveLength(count);
      expect(await listed({ cause, status: 'upgradeFailed' })).toEqual(found);
    }
    expect(await listed({ cause: 'no space', search: 'dev000' })).toEqual(['DEV0000', 'DEV0004', 'DEV0008']);
    expect(await listed({ cause: 'no space', status: 'upgraded' })).toEqual([]);
    expect(await listed({ cause: 'no such cause' })).toEqual([]);
  });

  withStore('the line over time has a point for each second of a rollout that has just begun', async (store) => {
    await activate(store, 6);
    const [begin, keys] = [1_000_000_000_000, devices(6).map(({ deviceKey }) => deviceKey)];
    await store.plans.changePlan('p1', ({ state }) => ({ state: { ...state, activatedAt: begin } }), 'key', begin);
    for (const [index, seconds] of [2, 2, 5, 1200, 1204, 90_000].entries()) {
      await fail(store, keys.slice(index, index + 1), () => 'x', begin + seconds * 1000);
    }
    expect(await store.plans.timeline('p1')).toEqual(
      [
        [2, 2],
        [5, 3],
        [1200, 5],
        [90_000 - (((begin + 90_000_000) / 1000) % 60), 6],
      ].map(([seconds = 0, failed]) => ({ time: begin + seconds * 1000, upgraded: 0, failed })),
    );
  });
}
