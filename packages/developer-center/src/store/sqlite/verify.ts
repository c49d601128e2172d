import { deviceStatuses, type Plan, planDigest, targetFilter } from '@otaplan/model';
import { type DeviceState, statusOf } from '../../engine/index.ts';
import { failureCounter, isFailedForGood } from '../rows/failures.ts';
import { joinDocument } from '../rows/plan-document.ts';
import { stateOf } from '../rows/run.ts';
import { isDeviceSound, isPlanDeviceSound } from './checksums.ts';
import type { Row } from './database.ts';
import type { LivePlan } from './live-plan.ts';
import type { Tables } from './tables.ts';
import { LogCheck } from './verify-log.ts';

/** Problems beyond this many are counted, not told. */
const mostTold = 100;

/**
 * Compares everything that is derived and counted with a full scan: invariants I2 to I7 as far as a database can show them, and the
 * checksums. Each problem is a sentence; none: sound.
 */
export function verifyPlans(tables: Tables): string[] {
  const problems: string[] = [];
  let untold = 0;
  const tell = (problem: string) => {
    if (problems.length < mostTold) problems.push(problem);
    else untold++;
  };
  for (const row of tables.db.all('PRAGMA integrity_check(20)')) {
    const [found] = Object.values(row);
    if (found !== 'ok') tell(`SQLite: ${String(found)}`);
  }
  for (const device of tables.db.prepare('SELECT * FROM device').iterate() as Iterable<Row>) {
    if (!isDeviceSound(device)) tell(`The device ${String(device['key'])} is not what was written (checksum).`);
  }
  const log = new LogCheck(tables.db, tell);
  let rows = 0;
  for (const { row, targets } of tables.db.all('SELECT row, targets FROM plan')) {
    const plan = tables.plans.byRow(Number(row));
    verifyPlan(tables, plan, joinDocument(plan.document, String(targets)), log, tell);
    rows += plan.lastRow === -1 ? 0 : plan.lastRow - plan.firstRow + 1;
  }
  const stored = count(tables, 'SELECT count(*) AS n FROM plan_device');
  if (stored !== rows) tell(`The plans have ${rows} devices by their own account, the database has ${stored}.`);
  const twice = count(
    tables,
    'SELECT count(*) AS n FROM (SELECT 1 FROM plan_device GROUP BY plan_row, device_id HAVING count(*) > 1)',
  );
  if (twice > 0) tell(`${twice} devices are in a plan twice.`);
  log.end(count(tables, 'SELECT count(*) AS n FROM log'));
  if (untold > 0) problems.push(`And ${untold} more problems.`);
  return problems;
}

function verifyPlan(tables: Tables, plan: LivePlan, document: Plan, log: LogCheck, tell: (problem: string) => void) {
  const { db } = tables;
  const name = `The plan “${document.name}”`;
  if (planDigest(document) !== document.digest) tell(`${name} is not what its digest says.`);
  const isTarget = targetFilter(document.targets);
  const scanned = new Map<string, number>();
  const add = (counter: string) => scanned.set(counter, (scanned.get(counter) ?? 0) + 1);
  const select = db.prepare(
    `SELECT plan_device.*, device.key AS key, product.key AS product FROM plan_device LEFT JOIN device ON device.id = device_id
     LEFT JOIN product ON product.id = product_id WHERE row BETWEEN ? AND ? ORDER BY row`,
  );
  for (const row of select.iterate(plan.firstRow, plan.lastRow) as Iterable<Row>) {
    const which = `${name}, device ${String(row['key'] ?? `in row ${String(row['row'])}`)}`;
    if (!isPlanDeviceSound(row, plan.row, row['device_id'] ?? null)) {
      tell(`${which}: its row is not what was written (checksum).`);
    }
    if (row['plan_row'] !== plan.row) tell(`${which}: its row says that it is of another plan.`);
    if (row['key'] === null) tell(`${which}: there is no such device.`);
    else if (row['product'] !== document.product || !isTarget(String(row['key']))) {
      tell(`${which}: the plan’s set does not have it.`);
    }
    let state: DeviceState;
    try {
      state = stateOf(row);
    } catch {
      tell(`${which}: its row cannot be read.`);
      continue;
    }
    const status = statusOf(state);
    if (deviceStatuses[status].code !== row['status'])
      tell(`${which}: its status does not follow from its components’.`);
    if (state.components.length !== document.components.length) tell(`${which}: it has not the plan’s components.`);
    add(`d.${status}`);
    add(`w.${Number(row['wave'])}`);
    for (const [index, component] of state.components.entries()) add(`c.${index}.${component.status}`);
    const failure = failureCounter(state);
    if (failure !== null) add(failure);
    if (state.phase === 'issued') add('inProgress');
    if (isFailedForGood(state)) add('failedForGood');
    log.check(which, document, state, Number(row['last_log']));
  }
  const kept = new Map(
    db
      .all('SELECT name, count FROM counter WHERE plan_row = ?', plan.row)
      .map((counter) => [String(counter['name']), Number(counter['count'])]),
  );
  for (const counter of new Set([...scanned.keys(), ...kept.keys()])) {
    const [is, says] = [scanned.get(counter) ?? 0, kept.get(counter) ?? 0];
    if (is !== says) tell(`${name}: the counter ${counter} says ${says}, there are ${is}.`);
  }
}

function count({ db }: Tables, sql: string): number {
  return Number(db.get(sql)?.['n']);
}
