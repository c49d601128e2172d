import { hasValidImeiCheckDigit, isDeviceKey } from '@otaplan/model';

/** What stands out among the keys of a list, as places in it. */
export interface KeyForms {
  /** No device keys at all. */
  readonly malformed: readonly number[];
  /** 15 digits of which the last is not the check digit of an IMEI. */
  readonly wrongCheckDigit: readonly number[];
  /** Other forms that a spreadsheet may have made; few, to be looked at closely. */
  readonly suspicious: readonly number[];
  /** Whether most keys have 15 digits, as IMEIs do. */
  readonly mostlyImeis: boolean;
}

const kept = new WeakMap<readonly string[], KeyForms>();

/** Looks over a list once for all rules about its keys: lists have 100,000 of them, and nearly all are good. */
export function keyForms(keys: readonly string[]): KeyForms {
  const known = kept.get(keys);
  if (known) return known;
  const malformed: number[] = [];
  const wrongCheckDigit: number[] = [];
  const suspicious: number[] = [];
  let imeis = 0;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] ?? '';
    const digits = digitsIn(key);
    if (digits === 15 && key.length === 15) {
      imeis++;
      if (!hasValidImeiCheckDigit(key)) wrongCheckDigit.push(index);
    } else if (digits === key.length && digits !== 14 && digits >= 4 && digits <= 32) continue;
    else if (!isDeviceKey(key)) {
      malformed.push(index);
      suspicious.push(index);
    } else if (digits === 14 || /^\d+E\d+$/i.test(key)) suspicious.push(index);
  }
  const forms = { malformed, wrongCheckDigit, suspicious, mostlyImeis: imeis > 0 && imeis * 2 >= keys.length };
  kept.set(keys, forms);
  return forms;
}

/** How many digits a text begins with. */
function digitsIn(text: string): number {
  let count = 0;
  while (count < text.length) {
    const code = text.charCodeAt(count);
    if (code < 48 || code > 57) break;
    count++;
  }
  return count;
}
