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
  /** Failed devices of one cause alone, by plan id; empty: of those that gave none. */
  readonly deviceCause: Readonly<Record<string, string>>;
}

export const noFilter: Filter = {
  planStatuses: [],
  products: [],
  deviceStatuses: [],
  text: '',
  sort: 'newest',
  deviceSearch: {},
  deviceCause: {},
};

export function isFiltering(filter: Filter): boolean {
  return (
    filter.planStatuses.length + filter.products.length + filter.deviceStatuses.length > 0 ||
    filter.text !== '' ||
    Object.keys(filter.deviceSearch).length + Object.keys(filter.deviceCause).length > 0
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

/** A table with one more entry, or without it. */
export function withEntry(
  table: Readonly<Record<string, string>>,
  key: string,
  value: string | undefined,
): Readonly<Record<string, string>> {
  const { [key]: _, ...others } = table;
  return value === undefined ? others : { ...others, [key]: value };
}

/** The statuses whose devices are listed of a plan: a cause is one of failures. */
export function shownStatuses(filter: Filter, planId: string, statuses: readonly string[]): readonly string[] {
  if (filter.deviceCause[planId] !== undefined) return statuses.filter((status) => status === 'upgradeFailed');
  return statuses.filter((status) => filter.deviceStatuses.length === 0 || filter.deviceStatuses.includes(status));
}

/**
 * The filter in which the devices of a status of a plan are all to be seen, or those of one cause: as little else is changed as can be.
 */
export function revealing(filter: Filter, overview: PlanOverview, status: string, cause: string | undefined): Filter {
  const { id } = overview.plan;
  const hidesStatus = filter.deviceStatuses.length > 0 && !filter.deviceStatuses.includes(status);
  return {
    ...(passes(filter, overview) ? filter : { ...filter, planStatuses: [], products: [], text: '' }),
    ...(hidesStatus ? { deviceStatuses: [] } : {}),
    deviceSearch: withEntry(filter.deviceSearch, id, undefined),
    deviceCause: withEntry(filter.deviceCause, id, cause),
  };
}
