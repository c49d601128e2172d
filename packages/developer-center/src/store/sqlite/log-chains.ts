import { StoreError } from '../store-error.ts';
import type { Database } from './database.ts';

/** Lines from which on a walk is worth keeping. */
const long = 1000;
/** Logs whose walks are kept: as many as are read at a time by a few people. */
const mostKept = 4;

interface Line {
  readonly id: number;
  readonly component: number;
}

/**
 * Where the lines of logs stand. A line names only the one before it, so that writing one touches one row; to a page in the middle of
 * a long log one would walk from its end each time. So the walk through a long one is kept, and goes on from there when it grows.
 */
export class LogChains {
  readonly #db: Database;
  readonly #kept = new Map<string, Line[]>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Ids of the lines of a page, oldest first.
   * @param log whose log it is; never the name of another, also when that is deleted
   * @param last id of its last line, 0: it has none
   * @param component `null`: any
   * @param after id after which the page begins
   * @throws StoreError `corrupt` when a line is missing
   */
  page(log: string, last: number, component: number | null, after: number, limit: number): number[] {
    const ids: number[] = [];
    if (last <= after) return ids;
    const lines = this.#lines(log, last, after);
    for (let at = firstAfter(lines, after); at < lines.length && ids.length < limit; at++) {
      const line = lines[at];
      if (line && (component === null || line.component === component)) ids.push(line.id);
    }
    return ids;
  }

  /** All lines after one, and perhaps more before. */
  #lines(log: string, last: number, after: number): readonly Line[] {
    const kept = this.#kept.get(log);
    this.#kept.delete(log);
    if (kept && this.#goesOn(kept, last)) {
      this.#kept.set(log, kept);
      return kept;
    }
    const lines = this.#walk(last, after);
    if (lines.length <= long) return lines;
    const whole = after === 0 ? lines : [...this.#walk(lines[0]?.before ?? 0, 0), ...lines];
    this.#kept.set(log, whole);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    return whole;
  }

  /** Whether a kept walk is a part of the log still, which may have been rolled back meanwhile; what came since is put behind it. */
  #goesOn(kept: Line[], last: number): boolean {
    const end = kept.at(-1)?.id ?? 0;
    if (end === last) return true;
    const since = this.#walk(last, end);
    if (since[0]?.before !== end) return false;
    for (const line of since) kept.push(line);
    return true;
  }

  /** The lines from one back to another that does not count, in order of time. */
  #walk(from: number, until: number): (Line & { readonly before: number })[] {
    if (from <= until) return [];
    const rows = this.#db.all(
      `WITH RECURSIVE chain (id, before, component) AS (
         SELECT id, before, component FROM log WHERE id = ?1
         UNION ALL SELECT log.id, log.before, log.component FROM chain JOIN log ON log.id = chain.before WHERE chain.before > ?2)
       SELECT id, before, component FROM chain`,
      from,
      until,
    );
    const lines = rows.map((row) => {
      return { id: Number(row['id']), before: Number(row['before']), component: Number(row['component']) };
    });
    const missing = lines.length === 0 ? from : (lines.at(-1)?.before ?? 0);
    if (missing > until) throw new StoreError('corrupt', `there is no log line ${missing}`);
    return lines.reverse();
  }
}

/** Where the first line after one stands in lines that are in order. */
function firstAfter(lines: readonly Line[], after: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.id ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
