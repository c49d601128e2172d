import type { Clock } from '@otaplan/model';

/**
 * What a program cannot compute by itself: time, timers and chance. Handed in everywhere, so that a test owns them.
 */
export interface Ambient extends Clock {
  /** At least 0, below 1. */
  random(): number;
  /** A text that no one else makes: for idempotency keys. */
  uniqueId(): string;
}

/** Resolves after a time; rejects with the signal's reason as soon as that is aborted. */
export function wait(ambient: Ambient, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      callOff();
      reject(signal?.reason);
    };
    const callOff = ambient.after(milliseconds, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
