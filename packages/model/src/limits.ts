/**
 * The limits of Developer Center, in one table. Units stand in the names or beside them.
 * Source: Developer Center documentation of version packages and upgrade plans (`docs/developer-center.md`, sections 2 and 3).
 */
export const limits = {
  nameCharacters: 100,
  remarksCharacters: 200,
  textCharacters: 200,
  versionBytes: 64,
  identifierBytes: 32,
  filesPerPackage: 5,
  fileBytes: 100 * 1024 * 1024,
  componentsPerPlan: 20,
  specifiedVersions: 8,
  devicesPerPlan: 1_000_000,
  devicesInProgress: 10_000,
  retryTimes: { least: 0, most: 5 },
  rejectionMinutes: { least: 10, most: 1440 },
  batteryPercent: { least: 0, most: 100 },
  signalDbm: { least: -113, most: -1 },
  /** Active pushes happen at activation and then on every tenth minute of the clock. */
  pushTickMinutes: 10,
  /** A confirmed device that says nothing for this long has failed its attempt. */
  silenceHours: 24,
} as const;

/** What a plan gets when it does not say otherwise (console defaults). */
export const defaults = {
  afterRejectionMinutes: 120,
  batteryPercent: 30,
  signalDbm: -113,
  retryTimes: 5,
} as const;

/** Endings that a package file may have, longest first so that `.tar.gz` is found before `.gz` could be. */
export const packageFileEndings = [
  '.tar.gz',
  '.mini_1',
  '.mini_2',
  '.bin_1',
  '.bin_2',
  '.pack',
  '.bin',
  '.rar',
  '.tar',
  '.s19',
  '.zip',
  '.py',
] as const;

/** Whether a file name has an ending that Developer Center accepts. Compared without regard to case. */
export function hasPackageFileEnding(fileName: string): boolean {
  const lower = fileName.toLowerCase();
  return packageFileEndings.some((ending) => lower.length > ending.length && lower.endsWith(ending));
}
