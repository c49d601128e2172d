import type { PlanOverview } from '@otaplan/client';

/** What of the store changed; whoever shows it reads it again by id. */
export interface StoreChange {
  /** Plans whose state changed. */
  readonly plans: readonly string[];
  /** Plans came or went. */
  readonly list: boolean;
  /** The connection's state changed. */
  readonly connection: boolean;
  /**
   * Something moved among the devices of an opened plan: those that have another status now, and `more`: others too, so read the page
   * again. None at all: a component went on without another status of its device.
   */
  readonly devices: {
    readonly planId: string;
    readonly devices: readonly { readonly deviceKey: string; readonly status: string }[];
    readonly more: boolean;
  } | null;
}

export const noChange: StoreChange = { plans: [], list: false, connection: false, devices: null };

/** The plans as last seen, newest first. Each method says what changed by it; `null`: nothing. */
export interface PlanTable {
  ids(): readonly string[];
  get(id: string): PlanOverview | undefined;
  replace(all: readonly PlanOverview[]): StoreChange | null;
  put(overview: PlanOverview): StoreChange | null;
  remove(id: string): StoreChange | null;
}

export function createPlanTable(): PlanTable {
  let plans = new Map<string, PlanOverview>();
  let order: readonly string[] = [];
  return {
    ids: () => order,
    get: (id) => plans.get(id),
    replace(all) {
      const next = new Map(all.map((overview) => [overview.plan.id, overview]));
      const changed: string[] = [];
      for (const [id, overview] of next) {
        const before = plans.get(id);
        // An unchanged plan stays the same object, so that who compares by identity redraws nothing.
        if (before && same(before, overview)) next.set(id, before);
        else changed.push(id);
      }
      const ids = [...next.keys()];
      const list = ids.length !== order.length || ids.some((id, index) => id !== order[index]);
      plans = next;
      order = ids;
      return list || changed.length > 0 ? { ...noChange, plans: changed, list } : null;
    },
    put(overview) {
      const { id } = overview.plan;
      const before = plans.get(id);
      if (before && same(before, overview)) return null;
      plans.set(id, overview);
      if (!before) order = [id, ...order];
      return { ...noChange, plans: [id], list: !before };
    },
    remove(id) {
      if (!plans.delete(id)) return null;
      order = order.filter((other) => other !== id);
      return { ...noChange, list: true };
    },
  };
}

/** Overviews are plain JSON with their members in the schema's order. */
function same(a: PlanOverview, b: PlanOverview): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
