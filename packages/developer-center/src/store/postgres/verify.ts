import { deviceStatuses, type Plan, planDigest } from '@otaplan/model';
import { type DeviceState, phases, statusOf, unpackDeviceState } from '../../engine/index.ts';
import type { Queries, Row } from './database.ts';
import { isFailedForGood } from './runs.ts';

const rowsPerRead = 10_000;

/** Compares what is derived and counted with a full scan. Each problem is a sentence; none: sound. */
export async function verifyPlans(queries: Queries): Promise<string[]> {
  const problems: string[] = [];
  for (const plan of await queries.all('SELECT row, document, targets FROM plan ORDER BY row')) {
    const head = JSON.parse(String(plan['document'])) as Plan;
    const lists = JSON.parse(String(plan['targets'])) as Pick<Plan['targets'], 'include' | 'exclude'>;
    const document = { ...head, targets: { ...head.targets, ...lists } };
    const name = `The plan “${document.name}”`;
    if (planDigest(document) !== document.digest) problems.push(`${name} is not what its digest says.`);
    const scanned = new Map<string, number>();
    for (let after = 0; ; ) {
      const rows = await queries.all(
        'SELECT row, wave, phase, status, state FROM plan_device WHERE plan_row = $1 AND row > $2 ORDER BY row LIMIT $3',
        Number(plan['row']),
        after,
        rowsPerRead,
      );
      for (const row of rows) problems.push(...look(row, scanned).map((problem) => `${name}: ${problem}`));
      if (rows.length < rowsPerRead) break;
      after = Number(rows.at(-1)?.['row']);
    }
    const counters = await queries.all(
      'SELECT name, sum(count)::bigint AS count FROM counter WHERE plan_row = $1 GROUP BY name',
      Number(plan['row']),
    );
    const kept = new Map(counters.map((counter) => [String(counter['name']), Number(counter['count'])]));
    for (const counter of new Set([...scanned.keys(), ...kept.keys()])) {
      const [is, says] = [scanned.get(counter) ?? 0, kept.get(counter) ?? 0];
      if (is !== says) problems.push(`${name}: the counter ${counter} says ${says}, there are ${is}.`);
    }
  }
  return problems;
}

/** Counts one device. */
function look(row: Row, scanned: Map<string, number>): string[] {
  const add = (counter: string) => scanned.set(counter, (scanned.get(counter) ?? 0) + 1);
  let state: DeviceState;
  try {
    state = unpackDeviceState(phases[Number(row['phase'])] ?? 'ended', String(row['state']));
  } catch {
    return [`the device in row ${row['row']} cannot be read.`];
  }
  const status = statusOf(state);
  add(`d.${status}`);
  add(`w.${Number(row['wave'])}`);
  for (const [index, component] of state.components.entries()) add(`c.${index}.${component.status}`);
  if (state.phase === 'issued') add('inProgress');
  if (isFailedForGood(state)) add('failedForGood');
  if (deviceStatuses[status].code === row['status']) return [];
  return [`the status of the device in row ${row['row']} does not follow from its components’.`];
}
