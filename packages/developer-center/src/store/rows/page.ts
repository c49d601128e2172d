import type { Page } from '../packages.ts';

/**
 * A page of what was read with one row more than it may have.
 * @param cursorOf the place of an item in the order of reading
 */
export function pageOf<T>(found: readonly T[], limit: number, cursorOf: (item: T) => number): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? String(cursorOf(last)) : null };
}

/** Where a page of what is listed newest first begins: below this row. */
export function below(cursor: string | null): number {
  return cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
}
