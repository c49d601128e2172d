import semverCompare from 'semver/functions/compare.js';
import semverParse from 'semver/functions/parse.js';
import type { VersionScheme } from './identifiers.ts';
import { utf8Bytes } from './identifiers.ts';
import { limits } from './limits.ts';

/** Characters of a version at Developer Center. */
const versionText = /^[A-Za-z0-9_.-]+$/;
const dotted = /^\d+(\.\d+)*$/;

/** Why a text is not a version, or `null` when it is one. */
export type VersionProblem = 'empty' | 'characters' | 'tooLong' | 'scheme';

/**
 * Checks a version string: `[A-Za-z0-9_.-]`, at most 64 bytes, and well-formed in the scheme if there is one.
 */
export function versionProblem(version: string, scheme: VersionScheme | null): VersionProblem | null {
  if (version === '') return 'empty';
  if (!versionText.test(version)) return 'characters';
  if (utf8Bytes(version) > limits.versionBytes) return 'tooLong';
  if (scheme === 'semver' && semverParse(version) === null) return 'scheme';
  if (scheme === 'dotted' && !dotted.test(version)) return 'scheme';
  return null;
}

/**
 * Orders two versions. `null`: they cannot be ordered (scheme `text`, or not well-formed), only told apart.
 * Without a scheme, two versions that both read as semver, else as dotted numbers, are ordered that way.
 * @returns negative when `a` is older than `b`, 0 when equal, positive when newer
 */
export function compareVersions(a: string, b: string, scheme: VersionScheme | null): number | null {
  if (a === b) return 0;
  if (scheme === 'text') return null;
  if (scheme !== 'dotted') {
    const left = semverParse(a);
    const right = semverParse(b);
    if (left && right) return semverCompare(left, right);
    if (scheme === 'semver') return null;
  }
  if (!dotted.test(a) || !dotted.test(b)) return null;
  const left = a.split('.').map(BigInt);
  const right = b.split('.').map(BigInt);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0n) - (right[i] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** Whether a version is a pre-release by the rules of semver (`2.0.0-rc.1`). */
export function isPrerelease(version: string): boolean {
  const parsed = semverParse(version);
  return parsed !== null && parsed.prerelease.length > 0;
}

/** The style in which a version is written, to notice a mix: `v1.2`, `1.2.3`, `20260101`, `EC200U_R03`. */
export function versionStyle(version: string): string {
  if (/^v\d/i.test(version)) return 'v-prefixed';
  if (dotted.test(version)) return version.includes('.') ? `dotted-${version.split('.').length}` : 'number';
  if (semverParse(version)) return 'dotted-3';
  return 'text';
}

/** The form in which versions that differ only in case, a leading `v`, blanks or zero padding are the same. */
export function versionIdentity(version: string): string {
  return version
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
    .replace(/(?<![0-9a-z])0+(?=\d)/g, '');
}
