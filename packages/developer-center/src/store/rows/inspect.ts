import type { Inspection } from '../inspection.ts';
import type { Row } from './row.ts';

/** What a verification reads besides plans, in words that both databases understand. */
export const inspectSql = {
  files: `SELECT package.name AS package, package_file.* FROM package_file JOIN package ON package.row = package_row
    WHERE md5 IS NOT NULL ORDER BY package_row, place`,
  accessKeys: 'SELECT key, secret FROM access_key ORDER BY key',
  incomplete: `SELECT name FROM package WHERE complete <> (NOT EXISTS
    (SELECT 1 FROM package_file WHERE package_row = package.row AND md5 IS NULL)) ORDER BY name`,
  twice: `SELECT count(*) AS n FROM (SELECT 1 AS one FROM plan_device GROUP BY plan_row, device_id HAVING count(*) > 1) AS twice`,
} as const;

export function inspectedFileOf(row: Row): Inspection['files'][number] {
  return {
    packageName: String(row['package']),
    name: String(row['name']),
    sha256: String(row['sha256']),
    size: Number(row['size']),
  };
}

export function inspectedKeyOf(row: Row): Inspection['accessKeys'][number] {
  return { key: String(row['key']), secret: String(row['secret']) };
}

export function incompleteProblem(row: Row): string {
  return `The package “${String(row['name'])}” says otherwise than its files whether it is complete.`;
}
