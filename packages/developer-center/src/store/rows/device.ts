import type { ComponentType } from '@otaplan/model';
import type { TargetDevice } from '../plans.ts';
import type { DeviceFacts, DeviceRecord, ProductRecord, ReportedVersion } from '../registry.ts';
import { isTrue, numberOrNull, type Row, textOrNull } from './row.ts';

/** Ids of reports that are remembered of a device, so that repeats are known. */
const rememberedReports = 16;

export function productOf(row: Row): ProductRecord {
  return { account: String(row['account']), productKey: String(row['key']), name: String(row['name']) };
}

/** A row of `device`. */
export function deviceRecordOf(row: Row, productKey: string): DeviceRecord {
  return {
    id: Number(row['id']),
    productKey,
    deviceKey: String(row['key']),
    name: String(row['name']),
    secretSha256: textOrNull(row['secret_sha256']),
    onlineUntil: Number(row['online_until']),
    lastSeen: numberOrNull(row['last_seen']),
    versions: unpackVersions(String(row['versions'])),
    battery: numberOrNull(row['battery']),
    signal: numberOrNull(row['signal']),
    autoUpgrade: isTrue(row['auto_upgrade']),
    lastReports: JSON.parse(String(row['last_reports'])) as string[],
  };
}

export function targetDeviceOf(row: Row): TargetDevice {
  return {
    id: Number(row['id']),
    deviceKey: String(row['key']),
    onlineUntil: Number(row['online_until']),
    versions: String(row['versions']),
  };
}

/** What a report changes of a device's record. */
export function reported(
  device: DeviceRecord,
  versions: readonly ReportedVersion[],
  facts: DeviceFacts,
  reportId: string,
): Partial<DeviceRecord> {
  return {
    versions,
    battery: facts.battery ?? device.battery,
    signal: facts.signal ?? device.signal,
    lastReports: [...device.lastReports, reportId].slice(-rememberedReports),
  };
}

type Packed = [identifier: string, type: ComponentType, version: string][];

/** Reported versions as one text, in order of identifier: devices that run the same have the same text. */
export function packVersions(versions: readonly ReportedVersion[]): string {
  const sorted = [...versions].sort((a, b) => (a.identifier < b.identifier ? -1 : a.identifier > b.identifier ? 1 : 0));
  return JSON.stringify(sorted.map(({ identifier, type, version }) => [identifier, type, version]));
}

export function unpackVersions(text: string): ReportedVersion[] {
  // Written by packVersions alone.
  return (JSON.parse(text) as Packed).map(([identifier, type, version]) => ({ identifier, type, version }));
}
