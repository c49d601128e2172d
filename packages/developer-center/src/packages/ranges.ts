/** The bytes that a request asks for, both ends included; `unsatisfiable` when it asks for none that are there. */
export type Range = { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable';

/**
 * Reads `Range` (RFC 9110, section 14.2). One range of bytes is served; several, or what is not a range, get the whole file.
 * `If-Range` that names another file than the one at hand makes it the whole as well.
 */
export function requestedRange(headers: Headers, size: number, etag: string): Range {
  const text = headers.get('Range');
  const condition = headers.get('If-Range');
  if (text === null || (condition !== null && condition !== etag)) return 'whole';
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text.trim());
  const [, from = '', to = ''] = match ?? [];
  if (!match || (from === '' && to === '')) return 'whole';
  if (from === '') {
    // The last so many bytes.
    const count = Math.min(size, Number(to));
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 };
  }
  const start = Number(from);
  const end = to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (to !== '' && Number(to) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end };
}
