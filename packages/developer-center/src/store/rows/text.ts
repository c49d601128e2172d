/**
 * A text as both databases keep it: SQLite ends one at NUL, PostgreSQL has none, and UTF-8 has no half surrogates. What a hostile device
 * sends with one is kept with a replacement character, so that what comes back is what was written.
 */
export function storableText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}
