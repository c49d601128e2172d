import type { DeviceSession } from '../plans.ts';
import type { DeviceFacts, DeviceRecord, ReportedVersion } from '../registry.ts';
import { deviceChecksum } from './checksums.ts';
import type { Database } from './database.ts';
import type { KeptDevice } from './device-cache.ts';
import { packVersions } from './registry.ts';
import type { SqliteRun } from './runs.ts';

const rememberedReports = 16;

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
    const { battery, signal, lastReports, id, deviceKey, secretSha256 } = this.device;
    this.#set({
      versions,
      battery: facts.battery ?? battery,
      signal: facts.signal ?? signal,
      lastReports: [...lastReports, reportId].slice(-rememberedReports),
    });
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
