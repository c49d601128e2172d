import type { Draws } from '../profile/draws.ts';
import type { Temper } from '../profile/temper.ts';
import type { PlanComponent } from './memory.ts';
import type { World } from './world.ts';

/** Battery in percent and signal in dBm, as they are at a moment. */
export interface Readings {
  readonly battery: number;
  readonly signal: number;
}

/** A device's battery and signal. Both follow from its draws and from device time since it came online. */
export class Conditions {
  readonly #world: World;
  readonly #draws: Draws;
  readonly #temper: Temper;
  readonly #since: number;

  constructor(world: World, draws: Draws, temper: Temper) {
    this.#world = world;
    this.#draws = draws;
    this.#temper = temper;
    this.#since = world.schedule.now();
  }

  /** What the device measures now. It charges steadily; its signal is another each device minute. */
  now(): Readings {
    return this.#at(Math.floor((this.#world.schedule.now() - this.#since) / this.#minute()));
  }

  /**
   * How long until the limits of a component may hold.
   * @returns milliseconds of the clock to the next look; 0 when they hold now; `null` when they never will
   */
  untilGoodFor(component: PlanComponent): number | null {
    const { battery, signal } = this.now();
    if (battery >= component.battery && signal >= component.signal) return 0;
    const weak = this.#temper.find('weak');
    const { conditions } = this.#world.profile;
    const improves = weak === null || weak.improves;
    const charges = battery >= component.battery || (improves && conditions.chargePercentPerMinute > 0);
    const receives = signal >= component.signal || (improves && conditions.signal[1] > component.signal);
    return charges && receives ? this.#minute() : null;
  }

  #at(minute: number): Readings {
    const { conditions } = this.#world.profile;
    const weak = this.#temper.find('weak');
    const minutes = weak === null || weak.improves ? minute : 0;
    const start = weak?.battery ?? this.#draws.between('battery', conditions.battery);
    const drawn = this.#draws.between(`signal ${minutes}`, conditions.signal);
    return {
      battery: Math.min(100, start + minutes * conditions.chargePercentPerMinute),
      signal: weak?.signal !== undefined && minutes === 0 ? weak.signal : drawn,
    };
  }

  #minute(): number {
    return Math.max(1, this.#world.schedule.inMilliseconds(60));
  }
}
