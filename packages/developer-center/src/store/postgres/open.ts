import type { Clock, RandomBytes } from '../../clock.ts';
import type { Store } from '../store.ts';
import { PostgresAccounts } from './accounts.ts';
import { Database } from './database.ts';
import { PostgresPackages } from './packages.ts';
import { postgresPlans } from './plans.ts';
import { PostgresRegistry } from './registry.ts';
import { PostgresRelay } from './relay.ts';
import { Replica } from './replica.ts';

/** Connections of one replica, beside the one that listens. */
const connections = 10;

export interface PostgresOptions {
  /** `postgres://user@host/database`; what is not in it is taken from `PGPASSWORD`, `PGPASSFILE` and their like. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Runs a function when the works at hand have arrived; what arrives before shares one transaction. */
  readonly defer?: (run: () => void) => void;
}

/**
 * Opens the store in a PostgreSQL database (15 or newer), which any number of processes share.
 * @throws StoreError unreachable, newer, failed
 */
export async function openPostgresStore({ url, clock, random, defer = setImmediate }: PostgresOptions): Promise<Store> {
  const db = await Database.open(url, connections);
  try {
    const replica = await Replica.join(db, Buffer.from(random(12)).toString('hex'), clock);
    const plans = postgresPlans(db, replica, defer);
    const relay = new PostgresRelay(url, db, replica.owner, clock);
    return {
      accounts: new PostgresAccounts(db, replica.owner),
      packages: new PostgresPackages(db),
      registry: new PostgresRegistry(db),
      plans,
      shared: {
        relay,
        secret: async (name, make) => {
          await db.run('INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', name, make());
          return String((await db.get('SELECT value FROM secret WHERE name = $1', name))?.['value']);
        },
      },
      check: async () => void (await db.run("DELETE FROM secret WHERE name = ''")),
      close: async () => {
        await relay.close();
        await plans.idle();
        // Nobody waits for leases that run out, but a database that is gone must not keep the process.
        await replica.leave().catch(() => {});
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
