import { deviceStatuses, type Plan, planDigest } from '@otaplan/model';
import { type DeviceState, statusOf } from '../../engine/index.ts';
import { failureCounter, isFailedForGood } from '../rows/failures.ts';
import { joinDocument } from '../rows/plan-document.ts';
import type { Row } from '../rows/row.ts';
import { stateOf } from '../rows/run.ts';
import type { Queries } from './queries.ts';

const rowsPerRead = 10_000;

/** Compares what is derived and counted with a full scan. Each problem is a sentence; none: sound. */
export async function verifyPlans(queries: Queries): Promise<string[]> {
  const problems: string[] = [];
  for (const plan of await queries.all('SELECT row, document, targets FROM plan ORDER BY row')) {
    const document = joinDocument(JSON.parse(String(plan['document'])) as Plan, String(plan['targets']));
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
    state = stateOf(row);
  } catch {
    return [`the device in row ${row['row']} cannot be read.`];
  }
  const status = statusOf(state);
  add(`d.${status}`);
  add(`w.${Number(row['wave'])}`);
  for (const [index, component] of state.components.entries()) add(`c.${index}.${component.status}`);
  const failure = failureCounter(state);
  if (failure !== null) add(failure);
  if (state.phase === 'issued') add('inProgress');
  if (isFailedForGood(state)) add('failedForGood');
  if (deviceStatuses[status].code === row['status']) return [];
  return [`the status of the device in row ${row['row']} does not follow from its components’.`];
}
