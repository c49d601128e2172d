import type { Inspection } from '../inspection.ts';
import { incompleteProblem, inspectedFileOf, inspectedKeyOf, inspectSql } from '../rows/inspect.ts';
import { Database } from './database.ts';
import type { Queries } from './queries.ts';
import { countOf, verifyPlans } from './verify.ts';

/** Sees one moment all along, and may take its time. */
const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0';

/**
 * Looks at everything in a database as it is at one moment, while servers may run on it. Changes nothing.
 * @param deep false: only what lies in it, without the checks
 * @throws StoreError unreachable, newer, failed (older than this version, or no Developer Center)
 */
export async function inspectDatabase(url: string, deep = true): Promise<Inspection> {
  const db = await Database.look(url);
  try {
    return await db.transaction((queries) => inspect(queries, deep), begin);
  } finally {
    await db.close();
  }
}

async function inspect(queries: Queries, deep: boolean): Promise<Inspection> {
  const problems = deep ? await verifyPlans(queries) : [];
  if (deep) problems.push(...(await queries.all(inspectSql.incomplete)).map(incompleteProblem));
  const secrets = await queries.all('SELECT name, value FROM secret');
  return {
    problems,
    plans: await countOf(queries, 'SELECT count(*) AS n FROM plan'),
    planDevices: await countOf(queries, 'SELECT count(*) AS n FROM plan_device'),
    logLines: await countOf(queries, 'SELECT count(*) AS n FROM log'),
    files: (await queries.all(inspectSql.files)).map(inspectedFileOf),
    accessKeys: (await queries.all(inspectSql.accessKeys)).map(inspectedKeyOf),
    secrets: new Map(secrets.map((row) => [String(row['name']), String(row['value'])] as const)),
  };
}
