import { Problems } from '../inspection.ts';
import { inspectSql } from '../rows/inspect.ts';
import { joinDocument } from '../rows/plan-document.ts';
import { PlanCheck } from '../rows/verify-plan.ts';
import { isDeviceSound, isPlanDeviceSound } from './checksums.ts';
import type { Row } from './database.ts';
import type { LivePlan } from './live-plan.ts';
import { LogChains } from './log-chain.ts';
import type { Tables } from './tables.ts';

/** Compares everything that is derived and counted with a full scan, and looks at the checksums. Each problem is a sentence; none: sound. */
export function verifyPlans(tables: Tables): string[] {
  const problems = new Problems();
  const { tell } = problems;
  for (const row of tables.db.all('PRAGMA integrity_check(20)')) {
    const [found] = Object.values(row);
    if (found !== 'ok') tell(`SQLite: ${String(found)}`);
  }
  for (const device of tables.db.prepare('SELECT * FROM device').iterate() as Iterable<Row>) {
    if (!isDeviceSound(device)) tell(`The device ${String(device['key'])} is not what was written (checksum).`);
  }
  const chains = new LogChains(tables.db, tell);
  let rows = 0;
  for (const { row, targets } of tables.db.all('SELECT row, targets FROM plan')) {
    const plan = tables.plans.byRow(Number(row));
    verifyPlan(tables, plan, String(targets), chains, tell);
    rows += plan.lastRow === -1 ? 0 : plan.lastRow - plan.firstRow + 1;
  }
  const stored = count(tables, 'SELECT count(*) AS n FROM plan_device');
  if (stored !== rows) tell(`The plans have ${rows} devices by their own account, the database has ${stored}.`);
  const twice = count(tables, inspectSql.twice);
  if (twice > 0) tell(`${twice} devices are in a plan twice.`);
  chains.end(count(tables, 'SELECT count(*) AS n FROM log'));
  return problems.all();
}

function verifyPlan(
  { db }: Tables,
  plan: LivePlan,
  targets: string,
  chains: LogChains,
  tell: (problem: string) => void,
): void {
  const check = new PlanCheck(joinDocument(plan.document, targets), tell);
  const select = db.prepare(
    `SELECT plan_device.*, device.key AS key, product.key AS product FROM plan_device LEFT JOIN device ON device.id = device_id
     LEFT JOIN product ON product.id = product_id WHERE row BETWEEN ? AND ? ORDER BY row`,
  );
  for (const row of select.iterate(plan.firstRow, plan.lastRow) as Iterable<Row>) {
    const which = check.nameOf(row);
    if (!isPlanDeviceSound(row, plan.row, row['device_id'] ?? null)) {
      tell(`${which}: its row is not what was written (checksum).`);
    }
    if (row['plan_row'] !== plan.row) tell(`${which}: its row says that it is of another plan.`);
    check.device(row, chains.of(which, Number(row['last_log'])));
  }
  check.counters(db.all('SELECT name, count FROM counter WHERE plan_row = ?', plan.row));
}

function count({ db }: Tables, sql: string): number {
  return Number(db.get(sql)?.['n']);
}
