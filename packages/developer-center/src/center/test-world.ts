import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanMessage, PlanOverview } from '@otaplan/api';
import {
  type ComponentStatus,
  type DeviceStatus,
  formatUtc,
  type Plan,
  resolveLocal,
  singleWave,
  withDigest,
} from '@otaplan/model';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import type { Clock, RandomBytes } from '../clock.ts';
import { firstAccount } from '../store/accounts.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';
import type { Center } from './center.ts';
import type { Change } from './changes.ts';
import { openCenter } from './open-center.ts';

export const product = 'p11abc';
export const minute = 60_000;
export const hour = 60 * minute;

/** A plan for every device: FOTA to 2.0.0, then STM32 to 1.9.0, in a zone, silent, for a week. */
export function plan(change: Partial<Plan> & { zone?: string; start?: string; end?: string } = {}): Plan {
  const { zone = 'UTC', start = '2027-03-01T08:00', end = '2027-03-08T08:00', ...rest } = change;
  const utc = (text: string) => formatUtc(resolveLocal(text, zone)?.at ?? Number.NaN);
  return withDigest({
    name: 'March',
    product,
    effective: { start, end, zone, startUtc: utc(start), endUtc: utc(end) },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [component('FOTA')],
    mode: { kind: 'silent', push: 'any', afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
    ...rest,
  });
}

export function component(identifier: 'FOTA' | 'STM32', change: Partial<Plan['components'][number]> = {}) {
  const [type, target] = identifier === 'FOTA' ? (['module', '2.0.0'] as const) : (['mcu', '1.9.0'] as const);
  return {
    component: identifier.toLowerCase(),
    type,
    identifier,
    mode: 'full' as const,
    target,
    sources: [],
    versions: null,
    package: null,
    ...change,
  };
}

/** Opens the store of a world again and again, and deletes it at its end. */
export interface WorldStore {
  /** Where it is; a store in a database has none. */
  readonly folder: string;
  open(clock: Clock, random: RandomBytes): Promise<Store>;
  remove(): Promise<void>;
}

function inFolder(): WorldStore {
  const folder = mkdtempSync(join(tmpdir(), 'otaplan-center-'));
  return { folder, open: async () => openSqliteStore(folder), remove: async () => rmSync(folder, { recursive: true }) };
}

/** A Developer Center with a store of its own, on a virtual clock, with numbers instead of randomness. */
export class World {
  /** Where worlds keep what they know; other adapters of the store put themselves here. */
  static newStore: () => Promise<WorldStore> = async () => inFolder();
  readonly clock: VirtualClock;
  readonly changes: Change[] = [];
  store: Store;
  center: Center;
  #openings = 1;

  readonly #kept: WorldStore;

  private constructor(kept: WorldStore, clock: VirtualClock, [store, center]: [Store, Center]) {
    this.#kept = kept;
    this.clock = clock;
    this.store = store;
    this.center = center;
    this.#listen();
  }

  /** With devices that run FOTA 1.0.0 and STM32 1.8.0, online, and the packages that {@link plan} needs. */
  static async with(keys: readonly string[], start = '2027-03-01T08:00:00Z'): Promise<World> {
    const kept = await World.newStore();
    const clock = new VirtualClock(start);
    const world = new World(kept, clock, await openWorld(kept, clock, 1));
    await world.center.registerProducts(firstAccount, { products: [{ productKey: product, name: 'Tracker' }] }, 'test');
    await world.addPackage('module', '2.0.0');
    await world.addPackage('mcu', '1.9.0');
    for (let from = 0; from < keys.length; from += 5000) {
      const devices = keys.slice(from, from + 5000).map((deviceKey) => ({ deviceKey }));
      await world.center.registerDevices(product, { devices }, 'test');
    }
    if (keys.length <= 200) for (const key of keys) await world.device(key).says('1.0.0', '1.8.0');
    return world;
  }

  #listen(): void {
    this.center.changes.subscribe((change) => this.changes.push(change));
  }

  get folder(): string {
    return this.#kept.folder;
  }

  /** Ends and starts again: everything is read from the store. */
  async restart(): Promise<void> {
    await this.store.close();
    [this.store, this.center] = await openWorld(this.#kept, this.clock, ++this.#openings);
    this.#listen();
  }

  async end(): Promise<void> {
    await this.store.close();
    await this.#kept.remove();
  }

  /** Lets time pass, doing what is due at its time. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.now() + milliseconds;
    for (;;) {
      const next = await this.center.runDue();
      if (next === null || next > end) break;
      this.clock.advance(Math.max(0, next - this.clock.now()));
    }
    this.clock.advance(end - this.clock.now());
    await this.center.runDue();
  }

  async addPackage(type: 'module' | 'mcu', version: string, sourceVersion: string | null = null): Promise<void> {
    const id = `package-${type}-${version}-${sourceVersion}`;
    const file = { name: 'image.bin', size: 1000, sha256: 'a'.repeat(64), md5: null, crc32: null, uploaded: false };
    const record = {
      id,
      account: firstAccount,
      name: id,
      type,
      version,
      sourceVersion,
      remarks: '',
      files: [file],
      complete: false,
    };
    await this.store.packages.createPackage({ ...record, verification: 'notVerified', createdAt: 0 }, 'test');
    await this.store.packages.fileUploaded(id, 'image.bin', { md5: 'm', crc32: 'c' }, 'test', 0);
  }

  async save(document: Plan): Promise<string> {
    return (await this.center.createPlan({ document: structuredClone(document) as never }, 'key')).plan.id;
  }

  /** Saves and activates. */
  async activate(document: Plan): Promise<string> {
    const id = await this.save(document);
    await this.center.activatePlan(id, {}, 'key');
    return id;
  }

  summary(planId: string): Promise<PlanOverview> {
    return this.center.getPlanSummary(planId);
  }

  device(key: string): TestDevice {
    return new TestDevice(this, key);
  }

  /** Sentences about what is not as it must be; none. */
  problems(): Promise<string[]> {
    return this.store.plans.verify();
  }
}

async function openWorld(kept: WorldStore, clock: Clock, opening: number): Promise<[Store, Center]> {
  // Ids must differ from one opening to the next.
  let seed = 7919 * opening;
  const random = (count: number) =>
    Uint8Array.from({ length: count }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed & 255;
    });
  const fileUrl = ({ name }: { name: string }) => `https://files.example/${name}`;
  const store = await kept.open(clock, random);
  return [store, openCenter({ store, clock, random, fileUrl, zoneData: 'test' })];
}

const way: readonly ComponentStatus[] = [
  'planReceived',
  'upgradeConfirmed',
  'readyToDownload',
  'downloading',
  'downloadSucceeded',
  'upgrading',
];

/** A device as its firmware would speak. */
export class TestDevice {
  static #reports = 0;
  readonly #world: World;
  readonly key: string;

  constructor(world: World, key: string) {
    this.#world = world;
    this.key = key;
  }

  get identity() {
    return { productKey: product, deviceKey: this.key };
  }

  /** Reports the versions that it runs. */
  async says(fota: string, stm32?: string, id = `v${++TestDevice.#reports}`) {
    return (
      await this.#world.center.deviceReports(this.identity, [
        { id, kind: 'versions', components: versions(fota, stm32) },
      ])
    ).results[0];
  }

  async asks(fota: string, stm32?: string) {
    const report = { id: `q${++TestDevice.#reports}`, kind: 'request', components: versions(fota, stm32) } as const;
    return (await this.#world.center.deviceReports(this.identity, [report])).results[0];
  }

  /** Reports statuses of a component of the plan in its message, in the attempt that it says. */
  async reports(identifier: string, statuses: readonly ComponentStatus[], cause?: string) {
    const message = await this.message();
    const attempt = message.plan?.components.find((c) => c.identifier === identifier)?.attempt ?? 1;
    return this.reportsTo(message.plan?.id ?? 'none', identifier, attempt, statuses, cause);
  }

  async reportsTo(
    planId: string,
    identifier: string,
    attempt: number,
    statuses: readonly ComponentStatus[],
    cause?: string,
  ) {
    const reports = statuses.map((status) => ({
      id: `s${++TestDevice.#reports}`,
      kind: 'status' as const,
      planId,
      identifier,
      attempt,
      status: status as 'planReceived',
      ...(cause === undefined ? {} : { cause }),
    }));
    return (await this.#world.center.deviceReports(this.identity, reports)).results;
  }

  /** Goes the way of a component up to and with a status. */
  goes(identifier: string, to: ComponentStatus) {
    return this.reports(identifier, way.slice(0, way.indexOf(to) + 1));
  }

  message(): Promise<PlanMessage> {
    return this.#world.center.planMessage(this.identity);
  }

  async status(planId: string): Promise<DeviceStatus> {
    return (await this.#world.center.getPlanDevice(planId, this.key)).status as DeviceStatus;
  }

  async components(planId: string): Promise<string[]> {
    const { items } = await this.#world.center.listDeviceComponents(planId, this.key);
    return items.map(({ status }) => status);
  }

  async log(planId: string): Promise<string[]> {
    const { items } = await this.#world.center.listComponentLog(planId, this.key, { limit: 500 });
    return items.map((line) => `${line.attempt} ${line.cause}: ${line.text}`);
  }
}

function versions(fota: string, stm32?: string) {
  const list = [{ identifier: 'FOTA', type: 'module' as const, version: fota }];
  return stm32 === undefined ? list : [...list, { identifier: 'STM32', type: 'mcu' as const, version: stm32 }];
}
