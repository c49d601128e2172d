import { componentTypes, type Plan } from '@otaplan/model';
import type { PackageFileRecord, PackageRecord } from '../packages.ts';
import { isTrue, type Row, textOrNull } from './row.ts';

const verifications = ['notVerified', 'verifying', 'verified', 'verificationFailed'] as const;

/** Rows of `package` with those of `package_file` that are theirs, in order of place. */
export function packagesOf(rows: readonly Row[], files: readonly Row[]): PackageRecord[] {
  const byPackage = Map.groupBy(files, (file) => Number(file['package_row']));
  return rows.map((row) => ({
    id: String(row['id']),
    account: String(row['account']),
    name: String(row['name']),
    type: componentTypes.find((type) => type === row['type']) ?? 'module',
    version: String(row['version']),
    // A full package has the empty text as its source version, so that the index makes it unique.
    sourceVersion: row['source_version'] === '' ? null : String(row['source_version']),
    remarks: String(row['remarks']),
    files: (byPackage.get(Number(row['row'])) ?? []).map(fileOf),
    complete: isTrue(row['complete']),
    verification: verifications.find((name) => name === row['verification']) ?? 'notVerified',
    createdAt: Number(row['created_at']),
  }));
}

function fileOf(row: Row): PackageFileRecord {
  return {
    name: String(row['name']),
    size: Number(row['size']),
    sha256: String(row['sha256']),
    md5: textOrNull(row['md5']),
    crc32: textOrNull(row['crc32']),
    uploaded: row['md5'] !== null,
  };
}

/** Whether a plan pushes this package. */
export function needsPackage(plan: Plan, { type, version, sourceVersion }: PackageRecord): boolean {
  return plan.components.some(
    (part) =>
      part.type === type &&
      part.target === version &&
      (part.mode === 'delta' ? (part.sources[0] ?? '') : '') === (sourceVersion ?? ''),
  );
}
