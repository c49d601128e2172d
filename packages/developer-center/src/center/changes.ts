import type { DeviceStatus } from '@otaplan/model';

/**
 * What changed, told after it was kept for good. Hints, not history: whoever hears one reads the state again,
 * so that several may be folded into one.
 */
export type Change =
  /** A plan's status, counts or document changed: read its summary. */
  | { readonly kind: 'plan'; readonly planId: string }
  /** With the account that it belonged to, which nobody can look up any more. */
  | { readonly kind: 'planDeleted'; readonly planId: string; readonly account: string }
  /** Devices of a plan whose status changed; `more`: others did, too. */
  | {
      readonly kind: 'devices';
      readonly planId: string;
      readonly devices: readonly { readonly deviceKey: string; readonly status: DeviceStatus }[];
      readonly more: boolean;
    }
  /** The plan message of these devices of a product may have changed (`all`: of any of its devices): wake their long polls. */
  | { readonly kind: 'messages'; readonly productKey: string; readonly deviceKeys: readonly string[] | 'all' };

export type ChangeListener = (change: Change) => void;

/** Tells changes to whoever listens. A listener that throws is the caller's fault and stops the telling. */
export class Changes {
  readonly #listeners = new Set<ChangeListener>();

  /** @returns a function that ends the subscription */
  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
