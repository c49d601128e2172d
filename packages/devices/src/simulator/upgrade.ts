import type { PlanMessage, reportedStatuses } from '@otaplan/api';
import type { Draws } from '../profile/draws.ts';
import { strikes, type Temper } from '../profile/temper.ts';
import { Conditions, type Readings } from './conditions.ts';
import { Fetching } from './fetching.ts';
import type { Link } from './link.ts';
import type { Memory, Plan, PlanComponent, Work } from './memory.ts';
import type { WaitingFor } from './tally.ts';
import type { World } from './world.ts';

/** What a device does after it has acted on a plan message. */
export type Turn =
  | { readonly kind: 'settled' }
  | { readonly kind: 'waiting'; readonly for: WaitingFor }
  /** Look again after that many milliseconds of the clock; `null`: it will never get better. */
  | { readonly kind: 'held'; readonly milliseconds: number | null }
  /** Reports were made: send them and read the plan again. */
  | { readonly kind: 'goOn' }
  /** As `goOn`, and the message must come whatever it is: its addresses are over. */
  | { readonly kind: 'readAnew' }
  | { readonly kind: 'reboot' };

/** Thrown where a device of the profile goes silent for ever. */
export class GoneSilent extends Error {
  override readonly name = 'GoneSilent';
}

type Reported = (typeof reportedStatuses)[number];
const unconfirmed = ['planNotReceived', 'planReceived', 'upgradeRejected'];
const failed = ['downloadFailed', 'upgradeFailed'];
const underWay = ['upgradeConfirmed', 'readyToDownload', 'downloading', 'downloadSucceeded', 'upgrading'];

/**
 * How a device carries out a plan message: one component after the other, and for each the steps
 * received → confirmed or rejected → downloaded → flashed → (reboot) → versions reported.
 * Where it is stands in the memory, so it goes on after a reboot where it was.
 */
export class Upgrade {
  readonly #world: World;
  readonly #memory: Memory;
  readonly #link: Link;
  readonly #draws: Draws;
  readonly #temper: Temper;
  readonly #conditions: Conditions;
  readonly #fetching: Fetching;

  constructor(world: World, memory: Memory, link: Link, draws: Draws, temper: Temper) {
    this.#world = world;
    this.#memory = memory;
    this.#link = link;
    this.#draws = draws;
    this.#temper = temper;
    this.#conditions = new Conditions(world, draws, temper);
    this.#fetching = new Fetching(world, draws, temper, (work, status, more) => this.#report(work, status, more));
  }

  /** Battery and signal now. */
  conditions(): Readings {
    return this.#conditions.now();
  }

  /** After a start: tells of an image that did not come up. */
  reportFailureOfLastStart(): void {
    const { work } = this.#memory;
    if (work?.stage !== 'flashed' || work.failure === null) return;
    this.#queue(work, 'upgradeFailed', { cause: work.failure });
    work.stage = 'over';
  }

  /** Does what the plan message asks of the device, as far as it goes without a newer message. */
  async act(message: PlanMessage): Promise<Turn> {
    const { plan } = message;
    const component = plan?.components.find(
      ({ status }) => status !== 'upgradeSucceeded' && status !== 'noUpdateRequired',
    );
    if (!plan || !component) return { kind: 'settled' };
    const installed = this.#memory.installed.find(({ identifier }) => identifier === component.identifier);
    // Another product's plan, or a component this device does not have: nothing that it could do.
    if (!installed) return { kind: 'waiting', for: 'platform' };
    const work = this.#begin(plan, component);
    if (failed.includes(component.status)) {
      return { kind: 'waiting', for: component.retryAt === null ? 'person' : 'retry' };
    }
    if (work === null) return { kind: 'waiting', for: 'platform' };
    switch (work.stage) {
      case 'new':
      // Rejected, and here it is again: the rejection period is over. Until then the message has no plan.
      case 'rejected':
        await this.#receive(work);
        return await this.#decide(component, work);
      case 'received':
        return await this.#decide(component, work);
      case 'confirmed':
        if (component.address === null) return this.#tellAgain(component, work);
        return await this.#download(component, component.address.files, work);
      case 'downloaded':
        return await this.#flash(component, work);
      case 'flashed':
        // Its version is reported and kept; if that does not end the component, Developer Center moves next.
        return { kind: 'waiting', for: 'platform' };
      case 'over':
        // Developer Center does not know of the failure, so its report did not count; a failure may follow every step.
        this.#queue(work, 'upgradeFailed', { cause: work.failure ?? 'The attempt failed' });
        return { kind: 'waiting', for: 'retry' };
    }
  }

  /** The work at hand, or a new one for a plan, component or attempt not seen before; `null`: not the device's move. */
  #begin(plan: Plan, component: PlanComponent): Work | null {
    const { work } = this.#memory;
    const same = work !== null && work.planId === plan.id && work.identifier === component.identifier;
    // An older attempt than the one at hand is a message that was overtaken.
    if (same && work.attempt >= component.attempt) return work;
    const { status } = component;
    const fresh = unconfirmed.includes(status);
    // Lost its memory in the middle: it was confirmed, so it downloads once more. Reports that go back are ignored.
    if (!fresh && !underWay.includes(status)) return null;
    const begun: Work = {
      planId: plan.id,
      identifier: component.identifier,
      attempt: component.attempt,
      stage: fresh ? 'new' : 'confirmed',
      rejections: same ? work.rejections : 0,
      breaks: 0,
      refusedAddresses: 0,
      downloads: [],
      failure: null,
    };
    this.#memory.work = begun;
    return begun;
  }

  async #receive(work: Work): Promise<void> {
    if (work.attempt > 1 && this.#temper.find('late', work.identifier) !== null) {
      const before = { ...work, attempt: work.attempt - 1 };
      this.#queue(before, 'downloading', { progress: 50 });
      this.#queue(before, 'upgradeFailed', { cause: 'Late report of the attempt before' });
    }
    work.stage = 'received';
    await this.#report(work, 'planReceived');
  }

  async #decide(component: PlanComponent, work: Work): Promise<Turn> {
    const wait = this.#conditions.untilGoodFor(component);
    if (wait !== 0) return { kind: 'held', milliseconds: wait };
    await this.#world.schedule.deviceSeconds(this.#seconds('decide', work));
    if (strikes(this.#temper.find('reject', work.identifier), work.rejections + 1)) {
      work.rejections++;
      work.stage = 'rejected';
      await this.#report(work, 'upgradeRejected', { cause: 'Rejected by the device' });
    } else {
      work.stage = 'confirmed';
      await this.#report(work, 'upgradeConfirmed');
    }
    return { kind: 'goOn' };
  }

  /** Confirmed, and no address: if Developer Center does not know of the confirmation, it did not count; tell it again. */
  #tellAgain(component: PlanComponent, work: Work): Turn {
    if (component.status === 'planNotReceived') this.#queue(work, 'planReceived');
    if (component.status === 'planNotReceived' || component.status === 'planReceived') {
      this.#queue(work, 'upgradeConfirmed');
    }
    return { kind: 'goOn' };
  }

  async #download(
    component: PlanComponent,
    files: NonNullable<PlanComponent['address']>['files'],
    work: Work,
  ): Promise<Turn> {
    const end = await this.#fetching.fetch(files, work);
    if (end === 'addressOver') return { kind: 'readAnew' };
    if (end === 'failed') {
      work.stage = 'over';
      return { kind: 'goOn' };
    }
    work.stage = 'downloaded';
    work.downloads = [];
    return await this.#flash(component, work);
  }

  async #flash(component: PlanComponent, work: Work): Promise<Turn> {
    await this.#report(work, 'upgrading');
    await this.#world.schedule.deviceSeconds(this.#seconds('flash', work));
    const failing = this.#temper
      .all('fail', work.identifier)
      .find((fault) => strikes(fault, work.attempt) && fault.at !== 'download');
    if (failing?.at === 'upgrade') {
      work.failure = failing.cause ?? 'The image was refused';
      work.stage = 'over';
      await this.#report(work, 'upgradeFailed', { cause: work.failure });
      return { kind: 'goOn' };
    }
    work.stage = 'flashed';
    if (failing?.at === 'flash') work.failure = failing.cause ?? 'The new firmware did not start; the old one is back';
    else this.#install(component, work);
    return { kind: 'reboot' };
  }

  #install(component: PlanComponent, work: Work): void {
    const installed = this.#memory.installed.find(({ identifier }) => identifier === component.identifier);
    if (!installed) return;
    const wrong = this.#temper.find('wrongVersion', work.identifier);
    if (wrong !== null && strikes(wrong, work.attempt)) installed.version = wrong.version ?? installed.version;
    else {
      installed.version = component.targetVersion;
      this.#world.tally.traffic.flashed++;
    }
  }

  async #report(work: Work, status: Reported, more: { progress?: number; cause?: string } = {}): Promise<void> {
    this.#queue(work, status, more);
    const silent = this.#temper.all('silent', work.identifier).some(({ at }) => at === status);
    await (silent ? this.#link.flush() : this.#link.push());
    if (silent) throw new GoneSilent();
  }

  #queue(work: Work, status: Reported, more: { progress?: number; cause?: string } = {}): void {
    const { planId, identifier, attempt } = work;
    this.#link.report({ kind: 'status', planId, identifier, attempt, status, ...more });
  }

  #seconds(what: 'decide' | 'flash', work: Work): number {
    const factor = this.#temper.find('slow')?.factor ?? 1;
    const purpose = `${what} ${work.identifier} ${work.attempt} ${work.rejections}`;
    return factor * this.#draws.between(purpose, this.#world.profile.timing[what]);
  }
}
