import { deviceStatuses, type Plan, planDigest } from '@otaplan/model';
import { type DeviceState, phases, statusOf, unpackDeviceState } from '../../engine/index.ts';
import { isFailedForGood } from './runs.ts';
import type { Tables } from './tables.ts';

/** Compares what is derived and counted with a full scan. Each problem is a sentence; none: sound. */
export function verifyPlans({ db, plans }: Tables): string[] {
  const problems: string[] = [];
  const check = db.get('PRAGMA quick_check(20)');
  if (check && Object.values(check)[0] !== 'ok') problems.push(`SQLite: ${String(Object.values(check)[0])}`);
  for (const { row, targets } of db.all('SELECT row, targets FROM plan')) {
    const plan = plans.byRow(Number(row));
    const name = `The plan “${plan.document.name}”`;
    const lists = JSON.parse(String(targets)) as Pick<Plan['targets'], 'include' | 'exclude'>;
    const document = { ...plan.document, targets: { ...plan.document.targets, ...lists } };
    if (planDigest(document) !== document.digest) problems.push(`${name} is not what its digest says.`);
    const scanned = new Map<string, number>();
    const add = (counter: string) => scanned.set(counter, (scanned.get(counter) ?? 0) + 1);
    const select = db.prepare(
      'SELECT row, wave, phase, status, state FROM plan_device WHERE row BETWEEN ? AND ? ORDER BY row',
    );
    for (const device of select.iterate(plan.firstRow, plan.lastRow)) {
      let state: DeviceState;
      try {
        state = unpackDeviceState(phases[Number(device['phase'])] ?? 'ended', String(device['state']));
      } catch {
        problems.push(`${name}: the device in row ${String(device['row'])} cannot be read.`);
        continue;
      }
      const status = statusOf(state);
      if (deviceStatuses[status].code !== device['status']) {
        problems.push(
          `${name}: the status of the device in row ${String(device['row'])} does not follow from its components’.`,
        );
      }
      add(`d.${status}`);
      add(`w.${Number(device['wave'])}`);
      for (const [index, component] of state.components.entries()) add(`c.${index}.${component.status}`);
      if (state.phase === 'issued') add('inProgress');
      if (isFailedForGood(state)) add('failedForGood');
    }
    const kept = new Map(
      db
        .all('SELECT name, count FROM counter WHERE plan_row = ?', plan.row)
        .map((counter) => [String(counter['name']), Number(counter['count'])]),
    );
    for (const counter of new Set([...scanned.keys(), ...kept.keys()])) {
      const [is, says] = [scanned.get(counter) ?? 0, kept.get(counter) ?? 0];
      if (is !== says) problems.push(`${name}: the counter ${counter} says ${says}, there are ${is}.`);
    }
  }
  return problems;
}
