import type { SQLInputValue } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import type { Row } from './database.ts';

/**
 * Checksums of rows, so that a bit that flipped on the disk is found where SQLite itself sees a sound page. FNV-1a over the values'
 * text: every step is one to one, so that one changed character always changes the sum. `NULL` stands in rows from before checksums.
 */
export function checksum(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return sum | 0;
}

type Value = SQLInputValue;

/** Of a device's row in a plan: all that it says but its status, which follows. */
export function planDeviceChecksum(
  plan: Value,
  device: Value,
  wave: Value,
  phase: Value,
  state: Value,
  dueAt: Value,
  lastLog: Value,
): number {
  return checksum(`${plan},${device},${wave},${phase},${dueAt},${lastLog},${state}`);
}

/** Of a log line. */
export function logChecksum(
  before: Value,
  time: Value,
  component: Value,
  attempt: Value,
  cause: Value,
  text: Value,
  reported: Value,
): number {
  return checksum(`${before},${time},${component},${attempt},${cause},${reported},${text}`);
}

/** Of a device: who it is and what it reported; not when it was last seen, which is written past it. */
export function deviceChecksum(key: Value, secret: Value, versions: Value, lastReports: Value): number {
  return checksum(`${key},${secret},${versions},${lastReports}`);
}

/** Whether a row of `plan_device` is what was written. `device` is the id in it. */
export function isPlanDeviceSound(row: Row, plan: number, device: Value): boolean {
  const sum = row['row_checksum'] ?? null;
  if (sum === null) return true;
  const [wave, phase, state] = [row['wave'] ?? null, row['phase'] ?? null, row['state'] ?? null];
  return sum === planDeviceChecksum(plan, device, wave, phase, state, row['due_at'] ?? null, row['last_log'] ?? null);
}

export function isLogSound(row: Row): boolean {
  const sum = row['checksum'] ?? null;
  if (sum === null) return true;
  const value = (name: string) => row[name] ?? null;
  return (
    sum ===
    logChecksum(
      value('before'),
      value('time'),
      value('component'),
      value('attempt'),
      value('cause'),
      value('text'),
      value('reported'),
    )
  );
}

export function isDeviceSound(row: Row): boolean {
  const sum = row['checksum'] ?? null;
  if (sum === null) return true;
  const value = (name: string) => row[name] ?? null;
  return sum === deviceChecksum(value('key'), value('secret_sha256'), value('versions'), value('last_reports'));
}

/** A row that is not what was written is found, not served. */
export function damaged(what: string): StoreError {
  return new StoreError('corrupt', `${what} is not what was written; “otaplan server verify” tells more`);
}
