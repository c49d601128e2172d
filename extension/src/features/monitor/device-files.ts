import type { PlanDevice } from '@otaplan/client';

const columns = ['deviceKey', 'status', 'online', 'startedAt', 'endedAt', 'wave', 'cause'] as const;

/**
 * A cell of CSV (RFC 4180). Text that a spreadsheet would run as a formula is defused by a quote in front: causes come from devices.
 */
export function cell(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Devices as CSV with a header, a device a line. */
export async function* csv(devices: AsyncIterable<PlanDevice>): AsyncGenerator<string> {
  yield `${columns.join(',')}\r\n`;
  for await (const device of devices) yield `${columns.map((column) => cell(device[column])).join(',')}\r\n`;
}

/** Devices as one JSON array, a device a line. */
export async function* json(devices: AsyncIterable<PlanDevice>): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const device of devices) {
    yield `${separator}${JSON.stringify(device)}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
