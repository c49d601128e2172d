import type { AccountStore } from './accounts.ts';
import type { PackageStore } from './packages.ts';
import type { RegistryStore } from './registry.ts';

/**
 * Everything that Developer Center keeps, as domain operations. Every method that changes something resolves only after it is
 * on disk. One conformance suite holds for every adapter.
 */
export interface Store extends AccountStore, PackageStore, RegistryStore {
  /** Whether it can be read and written now: for a health check. */
  check(): Promise<void>;
  close(): Promise<void>;
}
