import { type DeviceStatus, deviceStatuses, deviceStatusNames } from '@otaplan/model';
import type { Counts } from './counts.ts';

/** Which rows of a plan's devices a page looks at, and by what it chooses among them. */
export interface DeviceWindow {
  /** It begins behind this row … */
  readonly after: number;
  /** … and looks no further than this one. */
  readonly until: number;
  /** `null`: any. Those of one status are looked up in an index of rows by status. */
  readonly statusCode: number | null;
  /** In lower case. */
  readonly search: string | null;
}

/**
 * The window of a page of a plan's devices; `null`: none can match.
 * @param last the last row of the plan
 * @param most rows that one page may look at when few of many match a search; of a status, the caller finds where that many end
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
  const looked = filter.search === undefined ? limit + 1 : most;
  return {
    after,
    until: status === undefined ? Math.min(last, after + looked) : last,
    statusCode: status === undefined ? null : deviceStatuses[status].code,
    search: filter.search?.toLowerCase() ?? null,
  };
}

/**
 * Where the next page begins; `null`: there is none.
 * @param until the row that the page looked up to
 * @param rows the numbers of the rows found, one more than a page may have
 */
export function nextWindow(until: number, rows: readonly number[], limit: number, last: number): string | null {
  if (rows.length > limit) return String(rows[limit - 1]);
  return until < last ? String(until) : null;
}
