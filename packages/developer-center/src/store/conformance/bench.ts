import { test } from 'vitest';
import { plan as planDocument, product } from '../../center/test-world.ts';
import { firstAccount } from '../accounts.ts';
import type { NewDevice } from '../registry.ts';
import type { Store } from '../store.ts';

/** An empty store of an adapter; `open` opens the same data again after `close`. */
export type MakeStore = () => Promise<{ open(): Promise<Store>; remove(): Promise<void> }>;

/** Tests something on a store; `again` closes it and opens it anew. */
export type WithStore = (name: string, check: (store: Store, again: () => Promise<Store>) => Promise<void>) => void;

export function withStoreOf(make: MakeStore): WithStore {
  return (name, check) =>
    test(name, async () => {
      const { open, remove } = await make();
      let store = await open();
      await check(store, async () => {
        await store.close();
        store = await open();
        return store;
      });
      await store.close();
      await remove();
    });
}

/** Devices `DEV0000`, `DEV0001`, and so on. */
export const devices = (count: number): NewDevice[] =>
  Array.from({ length: count }, (_, index) => ({ deviceKey: `DEV${String(index).padStart(4, '0')}` }));
/** Registers so many devices of the product. */
export const register = async (store: Store, count: number) => {
  await store.registry.registerProducts(firstAccount, [{ productKey: product, name: 'Tracker' }], 'key', 1);
  await store.registry.registerDevices(product, devices(count), 'key', 1);
};
/** Registers so many devices and activates the plan `p1` for them, in two waves. */
export const activate = async (store: Store, count: number) => {
  await register(store, count);
  await store.plans.createPlan(firstAccount, 'p1', planDocument(), 'key', 1);
  const targets = await store.plans.targetDevices(product, { after: '' }, Number.MAX_SAFE_INTEGER, 10_000);
  await store.plans.addPlanDevices(
    'p1',
    targets.map(({ id }, index) => ({ id, wave: index % 2 })),
  );
  await store.plans.changePlan('p1', () => ({ status: 'upgrading' }), 'key', 2);
};
/** What is known of a device that the plan is for. */
export const facts = {
  versions: [{ identifier: 'FOTA', type: 'module' as const, version: '1.0.0' }],
  online: true,
  autoUpgrade: false,
};
