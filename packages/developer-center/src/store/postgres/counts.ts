import { type ComponentStatus, componentStatusNames, type DeviceStatus, deviceStatusNames } from '@otaplan/model';
import type { PlanCounts } from '../plans.ts';
import type { Queries, Row } from './database.ts';

/** The counters of a plan: what the table says, and what the transaction under way adds. */
export class Counts implements PlanCounts {
  readonly #counts = new Map<string, number>();
  readonly #added = new Map<string, number>();
  #components: number;
  #waves: number;

  constructor(components: number, waves: number, rows: readonly Row[]) {
    this.#components = components;
    this.#waves = waves;
    for (const row of rows) this.#counts.set(String(row['name']), Number(row['count']));
  }

  resize(components: number, waves: number): void {
    this.#components = components;
    this.#waves = waves;
  }

  add(name: string, count: number): void {
    this.#counts.set(name, this.of(name) + count);
    this.#added.set(name, (this.#added.get(name) ?? 0) + count);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get inProgress(): number {
    return this.of('inProgress');
  }
  get upgraded(): number {
    return this.of('d.upgraded');
  }
  get failedForGood(): number {
    return this.of('failedForGood');
  }

  get devices(): PlanCounts['devices'] {
    const counts: Record<DeviceStatus, number> = {
      notUpgraded: 0,
      upgrading: 0,
      upgraded: 0,
      upgradeFailed: 0,
      noUpdateRequired: 0,
    };
    let total = 0;
    for (const name of deviceStatusNames) {
      counts[name] = this.of(`d.${name}`);
      total += counts[name];
    }
    return { ...counts, total };
  }

  get components(): PlanCounts['components'] {
    return Array.from({ length: this.#components }, (_, index) => {
      const counts: Partial<Record<ComponentStatus, number>> = {};
      for (const name of componentStatusNames) {
        const count = this.of(`c.${index}.${name}`);
        if (count > 0) counts[name] = count;
      }
      return counts;
    });
  }

  get waves(): readonly number[] {
    return Array.from({ length: this.#waves }, (_, index) => this.of(`w.${index}`));
  }

  snapshot(): PlanCounts {
    const { inProgress, upgraded, failedForGood, devices, components, waves } = this;
    return { inProgress, upgraded, failedForGood, devices, components, waves };
  }

  /** Forgets all of them; the caller empties the tables. */
  clear(): void {
    this.#counts.clear();
    this.#added.clear();
  }

  /** Adds to the replica's slot what was counted since the last call. */
  async write(queries: Queries, planRow: number, slot: number, now: number): Promise<void> {
    const added = [...this.#added].filter(([, count]) => count !== 0);
    this.#added.clear();
    if (added.length === 0) return;
    await queries.run(
      `INSERT INTO counter (plan_row, name, slot, count) SELECT $1::bigint, name, $2::smallint, added
       FROM unnest($3::text[], $4::bigint[]) AS a (name, added)
       ON CONFLICT (plan_row, name, slot) DO UPDATE SET count = counter.count + excluded.count`,
      planRow,
      slot,
      added.map(([name]) => name),
      added.map(([, count]) => count),
    );
    const of = (name: string) => added.find(([each]) => each === name)?.[1] ?? 0;
    const [upgraded, failed] = [of('d.upgraded'), of('d.upgradeFailed')];
    if (upgraded === 0 && failed === 0) return;
    await queries.run(
      `INSERT INTO timeline (plan_row, time, slot, upgraded, failed) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (plan_row, time, slot) DO UPDATE
       SET upgraded = timeline.upgraded + excluded.upgraded, failed = timeline.failed + excluded.failed`,
      planRow,
      Math.floor(now / 60_000) * 60_000,
      slot,
      upgraded,
      failed,
    );
  }
}
