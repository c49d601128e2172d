import type { PlanOverview } from '@otaplan/client';
import { isActivated, type PlanStatus } from '@otaplan/model';

export type SortOrder = 'newest' | 'name' | 'failures';

/** What the Upgrade Monitor shows. Empty lists and texts let everything through. */
export interface Filter {
  readonly planStatuses: readonly string[];
  readonly products: readonly string[];
  readonly deviceStatuses: readonly string[];
  /** Part of a plan's name, in any case. */
  readonly text: string;
  readonly sort: SortOrder;
  /** Part of a device key, by plan id. */
  readonly deviceSearch: Readonly<Record<string, string>>;
}

export const noFilter: Filter = {
  planStatuses: [],
  products: [],
  deviceStatuses: [],
  text: '',
  sort: 'newest',
  deviceSearch: {},
};

export function isFiltering(filter: Filter): boolean {
  return (
    filter.planStatuses.length + filter.products.length + filter.deviceStatuses.length > 0 ||
    filter.text !== '' ||
    Object.keys(filter.deviceSearch).length > 0
  );
}

/** Whether a plan is shown. */
export function passes(filter: Filter, { plan }: PlanOverview): boolean {
  if (filter.planStatuses.length > 0 && !filter.planStatuses.includes(plan.status)) return false;
  if (filter.products.length > 0 && !filter.products.includes(plan.product)) return false;
  return plan.name.toLowerCase().includes(filter.text.toLowerCase());
}

/** Plans that are shown, in the chosen order; ties go to the newer, then by id, so that rows do not jump. */
export function shownPlans(filter: Filter, plans: readonly PlanOverview[]): readonly PlanOverview[] {
  const newest = (a: PlanOverview, b: PlanOverview) =>
    b.plan.createdAt.localeCompare(a.plan.createdAt) || a.plan.id.localeCompare(b.plan.id);
  const orders: Record<SortOrder, (a: PlanOverview, b: PlanOverview) => number> = {
    newest,
    name: (a, b) => a.plan.name.localeCompare(b.plan.name) || newest(a, b),
    failures: (a, b) => b.devices.upgradeFailed - a.devices.upgradeFailed || newest(a, b),
  };
  return plans.filter((plan) => passes(filter, plan)).sort(orders[filter.sort]);
}

/** Failed devices of plans that are not over: the number on the badge. */
export function failuresAtHand(plans: readonly PlanOverview[]): number {
  return plans
    .filter(({ plan }) => isActivated(plan.status as PlanStatus))
    .reduce((sum, { devices }) => sum + devices.upgradeFailed, 0);
}
