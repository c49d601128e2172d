import { createHash } from 'node:crypto';
import { type Plan, singleWave, withDigest } from '@otaplan/model';

export const productKey = 'p1faults';
export const secretOf = (deviceKey: string) => `secret-of-${deviceKey}`;
export const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** What a device reports on its way, up to the new version. */
export const way: readonly string[] = [
  'planReceived',
  'upgradeConfirmed',
  'readyToDownload',
  'downloading',
  'downloadSucceeded',
  'upgrading',
];

export function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `FAULT${String(index).padStart(6, '0')}`);
}

export function planTo(version: string, retry: number, push: 'onRequest' | 'any' = 'onRequest'): Plan {
  const minute = Math.floor(Date.now() / 60_000) * 60_000;
  const local = (at: number) => new Date(at).toISOString().slice(0, 16);
  const [start, end] = [local(minute), local(minute + 72 * 3_600_000)];
  return withDigest({
    name: `To ${version}`,
    product: productKey,
    effective: { start, end, zone: 'UTC', startUtc: `${start}:00Z`, endUtc: `${end}:00Z` },
    targets: { all: true, include: [], exclude: [], count: null },
    components: [
      {
        component: 'modem',
        type: 'module',
        identifier: 'FOTA',
        mode: 'full',
        target: version,
        sources: [],
        versions: null,
        package: null,
      },
    ],
    mode: { kind: 'silent', push, afterRejectionMinutes: 120 },
    conditions: { batteryPercent: 30, signalDbm: -113 },
    retry,
    waves: singleWave,
    allow: [],
  });
}
