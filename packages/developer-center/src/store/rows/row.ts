/** A row of a table as a database hands it over. Both databases have the same columns, but for those that only one needs. */
export type Row = Readonly<Record<string, unknown>>;

/** A column that may be NULL. */
export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** A column that may be NULL. */
export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** What is true: SQLite has 1 for it. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}
