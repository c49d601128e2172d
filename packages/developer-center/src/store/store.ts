import type { AccountStore } from './accounts.ts';
import type { PackageStore } from './packages.ts';
import type { PlanStore } from './plans.ts';
import type { RegistryStore } from './registry.ts';

/** Hints between the processes that share a store. Any may be lost: the state is the truth. */
export interface Relay {
  /** Tells the others. A hint has at most 7000 bytes. */
  tell(hint: string): void;
  /** @param missed is called when hints may have been lost: read again whatever may have changed */
  hear(listener: (hint: string) => void, missed: () => void): Promise<void>;
}

/** What a store has that several processes share. */
export interface Shared {
  readonly relay: Relay;
  /** A secret that all of them have in common: the first that asks makes it. */
  secret(name: string, make: () => string): Promise<string>;
}

/**
 * Everything that Developer Center keeps, as domain operations by subject. Every method that changes something resolves only
 * after it is on disk. One conformance suite holds for every adapter.
 */
export interface Store {
  readonly accounts: AccountStore;
  readonly packages: PackageStore;
  readonly registry: RegistryStore;
  readonly plans: PlanStore;
  /** Missing: the store is this process's alone. */
  readonly shared?: Shared;
  /** Whether it can be written now, for a health check. */
  check(): Promise<void>;
  /** Waits for what is under way. Later calls fail. */
  close(): Promise<void>;
}
