import { type ComponentStatus, componentStatusNames, type DeviceStatus, deviceStatusNames } from '@otaplan/model';
import type { PlanCounts } from '../plans.ts';
import type { Row } from './row.ts';

/** Names of counters, made once: every report asks for two. */
const componentCounters: Record<string, string>[] = [];
function componentCounter(index: number, status: ComponentStatus): string {
  let names = componentCounters[index];
  if (!names) {
    names = Object.fromEntries(componentStatusNames.map((name) => [name, `c.${index}.${name}`]));
    componentCounters[index] = names;
  }
  return names[status] ?? `c.${index}.${status}`;
}

/** What the rules changed of the devices of a plan, for the plan's line over time. */
export interface Decided {
  readonly upgraded: number;
  readonly failed: number;
}

/**
 * The counters of a plan by name: what the tables say, and what was added since they were written.
 *
 * `d.<status>` devices, `c.<place>.<status>` components, `w.<wave>` devices of a wave, `f.<cause>` failed devices by the cause of the first
 * component that failed, `inProgress`, `failedForGood`.
 */
export class Counts implements PlanCounts {
  readonly #counts = new Map<string, number>();
  /** Those that were touched since the last writing, as they were then. */
  readonly #written = new Map<string, number>();
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
    const before = this.#counts.get(name) ?? 0;
    if (!this.#written.has(name)) this.#written.set(name, before);
    this.#counts.set(name, before + count);
  }

  /** A component of a device went from one status to another. */
  moveComponent(index: number, from: ComponentStatus, to: ComponentStatus): void {
    this.add(componentCounter(index, from), -1);
    this.add(componentCounter(index, to), 1);
  }

  /** Devices were laid down for the plan. */
  addDevices(waves: readonly number[]): void {
    for (const wave of waves) this.add(`w.${wave}`, 1);
    this.add('d.notUpgraded', waves.length);
    for (let index = 0; index < this.#components; index++) {
      this.add(componentCounter(index, 'planNotReceived'), waves.length);
    }
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
        const count = this.of(componentCounter(index, name));
        if (count > 0) counts[name] = count;
      }
      return counts;
    });
  }

  get waves(): readonly number[] {
    return Array.from({ length: this.#waves }, (_, index) => this.of(`w.${index}`));
  }

  /** Failed devices by cause. */
  causes(): { cause: string; devices: number }[] {
    const causes: { cause: string; devices: number }[] = [];
    for (const [name, devices] of this.#counts) {
      if (name.startsWith('f.') && devices > 0) causes.push({ cause: name.slice(2), devices });
    }
    return causes;
  }

  snapshot(): PlanCounts {
    const { inProgress, upgraded, failedForGood, devices, components, waves } = this;
    return { inProgress, upgraded, failedForGood, devices, components, waves };
  }

  /** Forgets all of them; the caller empties the tables. */
  clear(): void {
    this.#counts.clear();
    this.#written.clear();
  }

  /** What was added to each since the last call; the caller writes it. */
  take(): Map<string, number> {
    const added = new Map<string, number>();
    for (const [name, before] of this.#written) {
      const change = this.of(name) - before;
      if (change !== 0) added.set(name, change);
    }
    this.#written.clear();
    return added;
  }
}

/** What a plan's line over time gets of what was added; `null`: nothing. */
export function decidedOf(added: ReadonlyMap<string, number>): Decided | null {
  const [upgraded, failed] = [added.get('d.upgraded') ?? 0, added.get('d.upgradeFailed') ?? 0];
  return upgraded === 0 && failed === 0 ? null : { upgraded, failed };
}

/**
 * The point of a plan's line over time that a change belongs to. They are as far apart as the rollout is long, so that one of a minute
 * has a shape and one of weeks few points: seconds for ten minutes, then ten seconds for an hour, then minutes.
 * @param begin when the plan was activated
 */
export function timelinePoint(now: number, begin: number | null): number {
  const passed = begin === null ? Number.POSITIVE_INFINITY : now - begin;
  const apart = passed < 600_000 ? 1000 : passed < 3_600_000 ? 10_000 : 60_000;
  return Math.floor(now / apart) * apart;
}
