import type { DeviceSession } from '../plans.ts';
import type { DeviceFacts, DeviceRecord, ReportedVersion } from '../registry.ts';
import { packVersions, reported } from '../rows/device.ts';
import { deviceChecksum } from './checksums.ts';
import type { Database } from './database.ts';
import type { KeptDevice } from './device-cache.ts';
import type { SqliteRun } from './runs.ts';

/** A device and its plans inside a transaction; what it says of itself goes to its row and to the cache. */
export class SqliteSession implements DeviceSession {
  readonly runs: readonly SqliteRun[];
  device: DeviceRecord;
  readonly #db: Database;
  readonly #kept: KeptDevice;
  readonly #now: number;

  constructor(db: Database, kept: KeptDevice, runs: readonly SqliteRun[], now: number) {
    this.#db = db;
    this.#kept = kept;
    this.#now = now;
    this.runs = runs;
    this.device = kept.device;
  }

  report(versions: readonly ReportedVersion[], facts: DeviceFacts, reportId: string): void {
    this.#set(reported(this.device, versions, facts, reportId));
    const { id, deviceKey, secretSha256 } = this.device;
    const [packed, reports] = [packVersions(versions), JSON.stringify(this.device.lastReports)];
    this.#db.run(
      'UPDATE device SET versions = ?, battery = ?, signal = ?, last_reports = ?, checksum = ? WHERE id = ?',
      packed,
      this.device.battery,
      this.device.signal,
      reports,
      deviceChecksum(deviceKey, secretSha256, packed, reports),
      id,
    );
  }

  seen(onlineUntil: number): void {
    this.#set({ onlineUntil, lastSeen: this.#now });
    this.#db.run(
      'UPDATE device SET online_until = ?, last_seen = ? WHERE id = ?',
      onlineUntil,
      this.#now,
      this.device.id,
    );
  }

  #set(change: Partial<DeviceRecord>): void {
    this.device = { ...this.device, ...change };
    this.#kept.device = this.device;
    for (const run of this.runs) run.device = this.device;
  }
}
