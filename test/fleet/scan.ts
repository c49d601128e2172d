/** Full scans of a rollout that owe nothing to the counters: device by device over the API, row by row in the database. */
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { componentStatuses, componentStatusNames } from '@otaplan/model';
import type { Center } from '../faults/center.ts';

export interface ScannedDevice {
  readonly deviceKey: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly cause: string | null;
}

/** Every device of a plan, or those of a status, page by page. */
export async function scanDevices(center: Center, planId: string, of = ''): Promise<ScannedDevice[]> {
  const devices: ScannedDevice[] = [];
  for (let cursor = ''; ; ) {
    const where = `/ota/v1/plans/${planId}/devices?limit=500${of && `&status=${of}`}${cursor && `&cursor=${cursor}`}`;
    const { status, json } = await center.call('GET', where);
    if (status !== 200) throw new Error(JSON.stringify(json));
    devices.push(...json.items);
    if (json.nextCursor === null) return devices;
    cursor = encodeURIComponent(json.nextCursor);
  }
}

/** Most devices that were in progress at one moment. Right where no device gives its place back before its end. */
export function mostInProgress(devices: readonly ScannedDevice[]): number {
  const moves: { at: number; by: number }[] = [];
  for (const { startedAt, endedAt } of devices) {
    if (startedAt === null) continue;
    moves.push({ at: Date.parse(startedAt), by: 1 });
    if (endedAt !== null) moves.push({ at: Date.parse(endedAt), by: -1 });
  }
  // In one millisecond places are given back before they are taken.
  moves.sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of moves) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** Component statuses by place, from the rows of a stopped server's folder. Read with plain SQL, not with the service's own code. */
export function scanComponents(folder: string): Record<string, number>[] {
  const names = new Map<number, string>(componentStatusNames.map((name) => [componentStatuses[name].code, name]));
  const db = new DatabaseSync(path.join(folder, 'developer-center.sqlite'), { readOnly: true });
  const rows = db
    .prepare(
      `SELECT component.key AS place, json_extract(component.value, '$[0]') AS code, count(*) AS n
       FROM plan_device, json_each(plan_device.state, '$[12]') AS component GROUP BY 1, 2`,
    )
    .all();
  db.close();
  const counts: Record<string, number>[] = [];
  for (const { place, code, n } of rows) {
    const found = counts[Number(place)] ?? {};
    found[names.get(Number(code)) ?? `code ${String(code)}`] = Number(n);
    counts[Number(place)] = found;
  }
  return counts;
}
