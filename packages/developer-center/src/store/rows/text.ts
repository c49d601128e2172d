/**
 * A text as both databases keep it: SQLite ends one at NUL, PostgreSQL has none, and UTF-8 has no half surrogates. What a hostile device
 * sends with one is kept with a replacement character, so that what comes back is what was written.
 */
export function storableText(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** The same for the values of a statement; the very values where nothing is to be replaced. */
export function storableValues<T extends readonly unknown[]>(values: T): T {
  for (const value of values) {
    // As many values, and of each the same type.
    if (typeof value === 'string' && !isStorable(value)) return values.map(storableValue) as readonly unknown[] as T;
  }
  return values;
}

function storableValue(value: unknown): unknown {
  return typeof value === 'string' ? storableText(value) : value;
}
