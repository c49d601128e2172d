/** The load of the benchmark of reports: a plan under way for many devices, and what each of them reports, one status after the other. */
import { randomBytes } from 'node:crypto';
import { type Center, openCenter } from '@otaplan/developer-center/center';
import { firstAccount } from '@otaplan/developer-center/sqlite';
import type { Store } from '@otaplan/developer-center/store';
import { type Plan, singleWave, withDigest } from '@otaplan/model';
import { VirtualClock } from '@otaplan/model/virtual-clock';
import { type Measured, watch } from './measure.ts';

export const productKey = 'p1bench';
export const statuses = [
  'planReceived',
  'upgradeConfirmed',
  'readyToDownload',
  'downloading',
  'downloadSucceeded',
  'upgrading',
] as const;

/** Opens the store of a benchmark, again and again. */
export type OpenStore = () => Promise<Store>;

/** A Developer Center on a store, with nothing of HTTP. */
export interface Opened {
  readonly center: Center;
  close(): Promise<void>;
}

const start = '2027-03-01T08:00:00Z';

export async function open(openStore: OpenStore): Promise<Opened> {
  const store = await openStore();
  const center = openCenter({
    store,
    clock: new VirtualClock(start),
    random: (count) => randomBytes(count),
    fileUrl: ({ name }) => `https://files.example/${name}`,
  });
  return { center, close: () => store.close() };
}

export function deviceKeys(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `BENCH${String(index).padStart(7, '0')}`);
}

/** Registers devices and activates a plan for all; those of `asking` have asked for it. @returns the plan's id */
export async function prepare(openStore: OpenStore, keys: readonly string[], asking = keys): Promise<string> {
  const store = await openStore();
  const file = { name: 'image.bin', size: 1000, sha256: 'a'.repeat(64), md5: null, crc32: null, uploaded: false };
  const about = {
    account: firstAccount,
    id: 'package',
    name: 'Image',
    type: 'module',
    version: '2.0.0',
    sourceVersion: null,
  } as const;
  await store.packages.createPackage(
    { ...about, remarks: '', files: [file], complete: false, verification: 'notVerified', createdAt: 0 },
    'bench',
  );
  await store.packages.fileUploaded('package', 'image.bin', { md5: 'm', crc32: 'c' }, 'bench', 0);
  await store.close();
  const { center, close } = await open(openStore);
  await center.registerProducts(firstAccount, { products: [{ productKey, name: 'Bench' }] }, 'bench');
  for (let from = 0; from < keys.length; from += 5000) {
    const devices = keys.slice(from, from + 5000).map((deviceKey) => ({ deviceKey }));
    await center.registerDevices(productKey, { devices }, 'bench');
  }
  const created = await center.createPlan({ document: document() } as Parameters<Center['createPlan']>[0], 'bench');
  await center.activatePlan(created.plan.id, {}, 'bench');
  const components = [{ identifier: 'FOTA', type: 'module' as const, version: '1.0.0' }];
  for (let from = 0; from < asking.length; from += 2000) {
    await Promise.all(
      asking
        .slice(from, from + 2000)
        .map((deviceKey) =>
          center.deviceReports({ productKey, deviceKey }, [{ id: 'request', kind: 'request', components }]),
        ),
    );
  }
  await close();
  return created.plan.id;
}

function document(): Plan {
  return withDigest({
    name: 'Bench',
    product: productKey,
    effective: {
      start: '2027-03-01T08:00',
      end: '2037-03-08T08:00',
      zone: 'UTC',
      startUtc: start,
      endUtc: '2037-03-08T08:00:00Z',
    },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [
      {
        component: 'modem',
        type: 'module',
        identifier: 'FOTA',
        mode: 'full',
        target: '2.0.0',
        sources: [],
        versions: null,
        package: null,
      },
    ],
    mode: { kind: 'silent', push: 'onRequest', afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry: 0,
    waves: singleWave,
    allow: [],
  });
}

/** The report of a status of the plan's one component. */
export function statusReport(planId: string, status: (typeof statuses)[number]) {
  return { id: `s-${status}`, kind: 'status', planId, identifier: 'FOTA', attempt: 1, status } as const;
}

/** Calls that arrive together. */
export const together = 1000;

/** Every device reads its plan, as it does before it reports. */
export async function readAll(center: Center, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += together) {
    const some = keys.slice(from, from + together);
    await Promise.all(some.map((deviceKey) => center.planMessage({ productKey, deviceKey })));
  }
}

/** Reports of every device, one status after the other, in calls of so many. */
export async function reportAll(
  center: Center,
  planId: string,
  keys: readonly string[],
  perCall: number,
): Promise<Measured> {
  const reports = statuses.map((status) => statusReport(planId, status));
  const stop = watch();
  for (let first = 0; first < reports.length; first += perCall) {
    const some = reports.slice(first, first + perCall);
    for (let from = 0; from < keys.length; from += together) {
      await Promise.all(
        keys.slice(from, from + together).map((deviceKey) => center.deviceReports({ productKey, deviceKey }, some)),
      );
    }
  }
  return stop(keys.length * reports.length);
}
