import type { PlanMessage } from '@otaplan/api';
import type { Draws } from '../profile/draws.ts';
import type { Temper } from '../profile/temper.ts';
import type { DeviceLine } from '../protocol/connection.ts';
import { ExchangeFailure } from '../protocol/failure.ts';
import { Link } from './link.ts';
import type { Memory } from './memory.ts';
import { poison } from './poison.ts';
import { Stopped } from './schedule.ts';
import type { Activity, WaitingFor } from './tally.ts';
import { GoneSilent, type Turn, Upgrade } from './upgrade.ts';
import type { World } from './world.ts';

/** One simulated device, from power-on until the simulation stops. Reads like the main program of a firmware. */
export class Device {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #draws: Draws;
  readonly #temper: Temper;
  readonly #link: Link;
  readonly #upgrade: Upgrade;
  readonly #connected: () => void;
  #activity: Activity = 'starting';
  #before: Activity = 'starting';
  #waitingFor: WaitingFor | null = null;
  #starts = 0;
  #planned = false;

  /** @param connected hears once, when the first exchanges are done and the device is online */
  constructor(
    world: World,
    connection: DeviceLine,
    memory: Memory,
    draws: Draws,
    temper: Temper,
    connected: () => void,
  ) {
    this.#world = world;
    this.#memory = memory;
    this.#draws = draws;
    this.#temper = temper;
    this.#connected = connected;
    this.#link = new Link(connection, memory.outbox, world, draws, temper, (yes) => this.#reconnecting(yes));
    this.#upgrade = new Upgrade(world, memory, this.#link, draws, temper);
  }

  /** Runs until the simulation stops, or the device has gone silent, offline or was refused for good. Never throws. */
  async run(): Promise<void> {
    try {
      await this.#comeOnline();
      for (;;) {
        await this.#start();
        await this.#world.schedule.deviceSeconds(this.#seconds('reboot'));
      }
    } catch (error) {
      if (error instanceof GoneSilent) this.#be('silent');
      else if (error instanceof ExchangeFailure && error.kind === 'refused') this.#be('refused');
      else if (!(error instanceof Stopped) && !this.#world.schedule.stopped) throw error;
    }
  }

  async #comeOnline(): Promise<void> {
    for (const fault of this.#temper.all('offline')) {
      if (fault.seconds === undefined) {
        this.#be('offline');
        throw new Stopped();
      }
      await this.#world.schedule.deviceSeconds(this.#draws.between('offline', fault.seconds));
    }
  }

  /** From a start to the next reboot. */
  async #start(): Promise<void> {
    this.#starts++;
    this.#link.forget();
    await this.#world.schedule.deviceSeconds(this.#seconds('boot'));
    const components = this.#memory.installed.map(({ identifier, type, version }) => ({ identifier, type, version }));
    const { battery, signal } = this.#upgrade.conditions();
    // First why it is still the old one: the versions alone would say that something failed, but not what.
    this.#upgrade.reportFailureOfLastStart();
    this.#link.report({ kind: 'versions', components, battery: Math.floor(battery), signal: Math.floor(signal) });
    if (this.#temper.find('poison') !== null) for (const report of poison) this.#memory.outbox.addRaw(report);
    if (this.#world.profile.asksAtStart) this.#link.report({ kind: 'request', components });
    let message: PlanMessage | null = null;
    let lookAgain: number | null = null;
    for (;;) {
      await this.#link.flush();
      const read = await this.#link.read(lookAgain);
      // Nothing new, and no time of ours has come: the server held the answer as long as it could.
      if (read === null && lookAgain === null) continue;
      message = read ?? message;
      if (message === null) continue;
      this.#read(message);
      const turn: Turn = await this.#upgrade.act(message);
      this.#note(turn);
      if (turn.kind === 'reboot') return;
      if (turn.kind === 'readAnew') this.#link.forget();
      lookAgain = turn.kind === 'held' ? turn.milliseconds : null;
    }
  }

  #read(message: PlanMessage): void {
    if (this.#activity === 'starting') this.#connected();
    if (message.plan !== null && !this.#planned) {
      this.#planned = true;
      this.#world.tally.planned++;
    }
    this.#be('working');
  }

  #note(turn: Turn): void {
    if (turn.kind === 'settled') this.#be('settled');
    else if (turn.kind === 'waiting') this.#be('waiting', turn.for);
    else if (turn.kind === 'held' && turn.milliseconds === null) this.#be('held');
    else this.#be('working');
  }

  #be(activity: Activity, waitingFor: WaitingFor | null = null): void {
    if (activity !== this.#activity) this.#world.tally.move(this.#activity, activity);
    if (waitingFor !== this.#waitingFor) this.#world.tally.wait(this.#waitingFor, waitingFor);
    this.#activity = activity;
    this.#waitingFor = waitingFor;
  }

  #reconnecting(yes: boolean): void {
    if (this.#activity === 'starting') return;
    if (yes) {
      this.#before = this.#activity;
      this.#be('reconnecting', this.#waitingFor);
    } else this.#be(this.#before, this.#waitingFor);
  }

  #seconds(what: 'boot' | 'reboot'): number {
    const factor = this.#temper.find('slow')?.factor ?? 1;
    return factor * this.#draws.between(`${what} ${this.#starts}`, this.#world.profile.timing[what]);
  }
}
