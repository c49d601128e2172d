import type { Clock } from '../../clock.ts';
import type { Database } from './database.ts';

const beatMs = 5000;
/** Seconds after which a replica that was not heard of counts as gone, and what it had taken is free. */
export const leaseSeconds = 15;

/** Owners that were heard of lately, for queries. */
export const livingOwners = `SELECT owner FROM replica WHERE beat > now() - interval '${leaseSeconds} seconds'`;

/**
 * This process among those that share the database: its name, and its slot in the counters. It is heard of every five seconds, by the
 * database's clock alone. Two that came to share a slot, after one was stopped for long, would only wait for each other.
 */
export class Replica {
  readonly owner: string;
  readonly slot: number;
  readonly #db: Database;
  #callOff: () => void = () => {};
  #stopped = false;

  private constructor(db: Database, owner: string, slot: number) {
    this.#db = db;
    this.owner = owner;
    this.slot = slot;
  }

  static async join(db: Database, owner: string, clock: Clock): Promise<Replica> {
    for (;;) {
      const free = await db.get(
        `UPDATE replica SET owner = $1, beat = now() WHERE slot = (SELECT slot FROM replica
         WHERE beat <= now() - interval '${leaseSeconds} seconds' ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING slot`,
        owner,
      );
      const taken =
        free ??
        (await db.get(
          `INSERT INTO replica (slot, owner, beat) SELECT coalesce(max(slot), -1) + 1, $1, now() FROM replica
           ON CONFLICT DO NOTHING RETURNING slot`,
          owner,
        ));
      if (!taken) continue;
      const replica = new Replica(db, owner, Number(taken['slot']));
      replica.#beat(clock);
      return replica;
    }
  }

  /** Gives up what it has taken, so that nobody waits for a lease to run out. */
  async leave(): Promise<void> {
    this.#stopped = true;
    this.#callOff();
    await this.#db.run('DELETE FROM plan_lease WHERE owner = $1', this.owner);
    await this.#db.run("UPDATE replica SET beat = '-infinity' WHERE owner = $1", this.owner);
  }

  #beat(clock: Clock): void {
    this.#callOff = clock.after(beatMs, () => {
      // A beat that is missed is told by the next query of somebody; leases run out meanwhile, as they should.
      this.#db
        .run('UPDATE replica SET beat = now() WHERE slot = $1 AND owner = $2', this.slot, this.owner)
        .catch(() => {})
        .finally(() => {
          if (!this.#stopped) this.#beat(clock);
        });
    });
  }
}
