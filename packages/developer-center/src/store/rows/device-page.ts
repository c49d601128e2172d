import { type DeviceStatus, deviceStatuses, deviceStatusNames } from '@otaplan/model';
import type { Page } from '../packages.ts';
import type { DeviceFilter, PlanDeviceRow } from '../plans.ts';
import type { Counts } from './counts.ts';
import { failureCounter } from './failures.ts';
import { storableText } from './text.ts';

/** Failed devices that one page may look at for those of one cause: each is unpacked. */
const unpackedPerPage = 5000;

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
  /** The counter of the cause that is looked for among the rows read. */
  readonly counter: string | null;
  /** Rows that are read at most. */
  readonly rows: number;
}

/**
 * The window of a page of a plan's devices; `null`: none can match.
 * @param last the last row of the plan
 * @param most rows that one page may look at when few of many match a search; of a status, the caller finds where that many end
 */
export function deviceWindow(
  counts: Counts,
  filter: DeviceFilter,
  limit: number,
  after: number,
  last: number,
  most: number,
): DeviceWindow | null {
  const counter = filter.cause === undefined ? null : `f.${storableText(filter.cause)}`;
  const asked: DeviceStatus | undefined = deviceStatusNames.find((name) => name === filter.status);
  if (counter !== null && asked !== undefined && asked !== 'upgradeFailed') return null;
  const status = counter === null ? asked : 'upgradeFailed';
  if (status !== undefined && counts.of(counter ?? `d.${status}`) === 0) return null;
  const looked = filter.search === undefined ? limit + 1 : most;
  return {
    after,
    until: status === undefined ? Math.min(last, after + looked) : last,
    statusCode: status === undefined ? null : deviceStatuses[status].code,
    search: filter.search?.toLowerCase() ?? null,
    counter,
    rows: counter === null ? limit + 1 : unpackedPerPage,
  };
}

/**
 * The page of what was read.
 * @param until the row that the page looked up to
 * @param rows in their order, as many as the window says, or all
 */
export function devicePage(
  { counter, rows: most }: DeviceWindow,
  until: number,
  rows: readonly { readonly row: number; readonly device: PlanDeviceRow }[],
  limit: number,
  last: number,
): Page<PlanDeviceRow> {
  const found = counter === null ? rows : rows.filter(({ device }) => failureCounter(device.state) === counter);
  const items = found.slice(0, limit).map(({ device }) => device);
  const nextAfter = (row: number | undefined) => ({ items, nextCursor: row === undefined ? null : String(row) });
  if (found.length > limit) return nextAfter(found[limit - 1]?.row);
  if (rows.length === most) return nextAfter(rows.at(-1)?.row);
  return nextAfter(until < last ? until : undefined);
}
