import { hasValidImeiCheckDigit, isDeviceKey } from '@otaplan/model';
import type { DeviceList } from '../../meaning/devices.ts';
import type { KeyChange } from '../../syntax/keys.ts';

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

const kept = new WeakMap<readonly string[], Forms>();

/** What stands out, with how many keys have 15 digits. */
interface Forms {
  readonly malformed: number[];
  readonly wrongCheckDigit: number[];
  readonly suspicious: number[];
  imeis: number;
}

/**
 * Looks over a list once for all rules about its keys: lists have 100,000 of them, and nearly all are good. Of a list that
 * was edited only the keys that changed are looked at.
 */
export function keyForms({ keys, change }: Pick<DeviceList, 'keys' | 'change'>): KeyForms {
  let forms = kept.get(keys);
  if (!forms) {
    const before = change && kept.get(change.before);
    forms = change && before ? changed(keys, change, before) : look(keys, 0, keys.length);
    kept.set(keys, forms);
  }
  const { malformed, wrongCheckDigit, suspicious, imeis } = forms;
  return { malformed, wrongCheckDigit, suspicious, mostlyImeis: imeis > 0 && imeis * 2 >= keys.length };
}

function changed(keys: readonly string[], { before, first, oldNext, newNext }: KeyChange, forms: Forms): Forms {
  const now = look(keys, first, newNext);
  const shift = newNext - oldNext;
  const around = (known: readonly number[], between: readonly number[]) => [
    ...known.filter((index) => index < first),
    ...between,
    ...known.filter((index) => index >= oldNext).map((index) => index + shift),
  ];
  return {
    malformed: around(forms.malformed, now.malformed),
    wrongCheckDigit: around(forms.wrongCheckDigit, now.wrongCheckDigit),
    suspicious: around(forms.suspicious, now.suspicious),
    imeis: forms.imeis - look(before, first, oldNext).imeis + now.imeis,
  };
}

/** Looks over the keys from one place up to, not including, another. */
function look(keys: readonly string[], first: number, next: number): Forms {
  const forms: Forms = { malformed: [], wrongCheckDigit: [], suspicious: [], imeis: 0 };
  for (let index = first; index < next; index++) {
    const key = keys[index] ?? '';
    const digits = digitsIn(key);
    if (digits === 15 && key.length === 15) {
      forms.imeis++;
      if (!hasValidImeiCheckDigit(key)) forms.wrongCheckDigit.push(index);
    } else if (digits === key.length && digits !== 14 && digits >= 4 && digits <= 32) continue;
    else if (!isDeviceKey(key)) {
      forms.malformed.push(index);
      forms.suspicious.push(index);
    } else if (digits === 14 || /^\d+E\d+$/i.test(key)) forms.suspicious.push(index);
  }
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
