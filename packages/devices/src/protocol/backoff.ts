/** Bounds of the pause before an exchange is tried again, in milliseconds of real time. */
export interface BackoffBounds {
  /** Most for the first pause. */
  readonly first: number;
  /** Most for any. */
  readonly most: number;
}
export const usualBackoff: BackoffBounds = { first: 2_000, most: 60_000 };

/**
 * The pause before the next try: exponential with full jitter, so that ten thousand devices whose server went away
 * come back spread over two seconds and not all at once. What the server asks for is a least, with jitter on top.
 * @param failures failures in a row, at least 1
 * @param draw a number in [0, 1)
 */
export function backoff(
  failures: number,
  retryAfterMilliseconds: number | null,
  draw: number,
  bounds: BackoffBounds = usualBackoff,
): number {
  const ceiling = Math.min(bounds.most, bounds.first * 2 ** Math.min(failures - 1, 10));
  return (retryAfterMilliseconds ?? 0) + ceiling * draw;
}
