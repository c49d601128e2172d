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
export function storableValues<T>(values: T[]): T[] {
  for (const value of values) {
    if (typeof value === 'string' && !isStorable(value)) return values.map(storableValue);
  }
  return values;
}

function storableValue<T>(value: T): T {
  // A text stays a text.
  return typeof value === 'string' ? (storableText(value) as T & string) : value;
}
