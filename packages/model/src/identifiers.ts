import { limits } from './limits.ts';

/** The component types of Developer Center; the code is the one of the published end-user API (`comType`). */
export const componentTypes = ['module', 'mcu'] as const;
export type ComponentType = (typeof componentTypes)[number];

/** How the version strings of a component are ordered; `text` has equality only. */
export const versionSchemes = ['semver', 'dotted', 'text'] as const;
export type VersionScheme = (typeof versionSchemes)[number];

const deviceKey = /^[A-Za-z0-9]{4,32}$/;
const productKey = /^[A-Za-z0-9]{1,32}$/;

/** A device key: 4 to 32 ASCII letters and digits. */
export function isDeviceKey(text: string): boolean {
  return deviceKey.test(text);
}

/** A product key, as Developer Center issues them: ASCII letters and digits. */
export function isProductKey(text: string): boolean {
  return productKey.test(text);
}

/** A component identifier: not empty, at most 32 bytes of UTF-8, no control characters. */
export function isComponentIdentifier(text: string): boolean {
  return text.length > 0 && utf8Bytes(text) <= limits.identifierBytes && !/\p{Cc}/u.test(text);
}

/**
 * Whether 15 digits end in the check digit that an IMEI has (Luhn, 3GPP TS 23.003 Annex B).
 * Texts that are not 15 digits have no check digit and are accepted.
 */
export function hasValidImeiCheckDigit(key: string): boolean {
  if (!/^\d{15}$/.test(key)) return true;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const digit = key.charCodeAt(i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Length of a text in bytes of UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/**
 * The form under which two names of an account are the same name: trimmed, NFC, case folded
 * (plan and package names are unique in the account).
 */
export function nameIdentity(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/** Length of a text in characters as a user counts them (code points). */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
