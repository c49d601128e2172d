import type { Plan } from '@otaplan/model';
import { Problems } from '../inspection.ts';
import { inspectSql } from '../rows/inspect.ts';
import { joinDocument } from '../rows/plan-document.ts';
import type { Row } from '../rows/row.ts';
import { PlanCheck } from '../rows/verify-plan.ts';
import type { Queries } from './queries.ts';

/** Devices that are read at once, with their logs. */
const rowsPerRead = 2000;

/**
 * Compares everything that is derived and counted with a full scan. Each problem is a sentence; none: sound.
 * @param queries a transaction that sees one moment all along
 */
export async function verifyPlans(queries: Queries): Promise<string[]> {
  const problems = new Problems();
  const { tell } = problems;
  let [devices, lines] = [0, 0];
  for (const plan of await queries.all('SELECT row, document, targets, devices FROM plan ORDER BY row')) {
    const document = joinDocument(JSON.parse(String(plan['document'])) as Plan, String(plan['targets']));
    const check = new PlanCheck(document, tell);
    const planRow = Number(plan['row']);
    const scanned = await verifyDevices(queries, planRow, check);
    if (scanned.devices !== Number(plan['devices'])) {
      tell(
        `The plan “${document.name}” has ${plan['devices']} devices by its own account, the database has ${scanned.devices}.`,
      );
    }
    devices += scanned.devices;
    lines += scanned.lines;
    const sql = 'SELECT name, sum(count)::bigint AS count FROM counter WHERE plan_row = $1 GROUP BY name';
    check.counters(await queries.all(sql, planRow));
  }
  const stored = await countOf(queries, 'SELECT count(*) AS n FROM plan_device');
  if (stored !== devices) tell(`There are ${stored} devices of plans, ${devices} of them are of a plan that there is.`);
  const logged = await countOf(queries, 'SELECT count(*) AS n FROM log');
  if (logged !== lines) tell(`There are ${logged} log lines, ${lines} of them are of a device.`);
  const twice = await countOf(queries, inspectSql.twice);
  if (twice > 0) tell(`${twice} devices are in a plan twice.`);
  return problems.all();
}

async function verifyDevices(
  queries: Queries,
  planRow: number,
  check: PlanCheck,
): Promise<{ devices: number; lines: number }> {
  let [devices, lines] = [0, 0];
  for (let after = 0; ; ) {
    const rows = await queries.all(
      `SELECT plan_device.*, device.key AS key, product.key AS product FROM plan_device LEFT JOIN device ON device.id = device_id
       LEFT JOIN product ON product.id = product_id WHERE plan_row = $1 AND row > $2 ORDER BY row LIMIT $3`,
      planRow,
      after,
      rowsPerRead,
    );
    if (rows.length === 0) return { devices, lines };
    const last = Number(rows.at(-1)?.['row']);
    const log = await queries.all(
      'SELECT * FROM log WHERE plan_row = $1 AND row > $2 AND row <= $3 ORDER BY row, id DESC',
      planRow,
      after,
      last,
    );
    const byDevice = Map.groupBy(log, (line: Row) => Number(line['row']));
    for (const row of rows) {
      const ofDevice = byDevice.get(Number(row['row'])) ?? [];
      lines += ofDevice.length;
      check.device(row, ofDevice);
    }
    devices += rows.length;
    after = last;
  }
}

export async function countOf(queries: Queries, sql: string): Promise<number> {
  return Number((await queries.get(sql))?.['n']);
}
