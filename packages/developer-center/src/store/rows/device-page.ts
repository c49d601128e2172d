import { type DeviceStatus, deviceStatuses, deviceStatusNames } from '@otaplan/model';
import type { Counts } from './counts.ts';

/** Which rows of a plan's devices a page looks at, and by what it chooses among them. */
export interface DeviceWindow {
  /** It begins behind this row … */
  readonly after: number;
  /** … and looks no further than this one. */
  readonly until: number;
  /** Those with status failed have an index of their own. */
  readonly failed: boolean;
  readonly statusCode: number | null;
  /** In lower case. */
  readonly search: string | null;
}

/**
 * The window of a page of a plan's devices; `null`: none can match.
 * @param last the last row of the plan
 * @param most rows that one page may look at when few of many match
 */
export function deviceWindow(
  counts: Counts,
  filter: { status?: string | undefined; search?: string | undefined },
  limit: number,
  after: number,
  last: number,
  most: number,
): DeviceWindow | null {
  const status: DeviceStatus | undefined = deviceStatusNames.find((name) => name === filter.status);
  if (status !== undefined && counts.of(`d.${status}`) === 0) return null;
  const failed = status === 'upgradeFailed';
  const looked = status === undefined && filter.search === undefined ? limit + 1 : most;
  return {
    after,
    until: failed ? last : Math.min(last, after + looked),
    failed,
    statusCode: status === undefined ? null : deviceStatuses[status].code,
    search: filter.search?.toLowerCase() ?? null,
  };
}

/**
 * Where the next page begins; `null`: there is none.
 * @param rows the numbers of the rows found, one more than a page may have
 */
export function nextWindow(window: DeviceWindow, rows: readonly number[], limit: number, last: number): string | null {
  if (rows.length > limit) return String(rows[limit - 1]);
  return window.until < last ? String(window.until) : null;
}
