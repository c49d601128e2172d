import type { AccountStore } from './accounts.ts';
import type { PackageStore } from './packages.ts';
import type { PlanStore } from './plans.ts';
import type { RegistryStore } from './registry.ts';

/**
 * Everything that Developer Center keeps, as domain operations by subject. Every method that changes something resolves only
 * after it is on disk. One conformance suite holds for every adapter.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly packages: PackageStore;
  readonly registry: RegistryStore;
  readonly plans: PlanStore;
  /** Whether it can be written now, for a health check. */
  check(): Promise<void>;
  /** Waits for what is under way. Later calls fail. */
  close(): Promise<void>;
}
