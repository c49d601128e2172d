import { hasValidImeiCheckDigit, isDeviceKey } from '@otaplan/model';
import type { DeviceList } from '../../meaning/devices.ts';
import type { PlanMeaning } from '../../meaning/plan.ts';
import { placeOf } from '../../syntax/source.ts';
import { quote } from '../../syntax/values.ts';
import { type FixDraft, on, type Problem, remove, replace, rule } from '../rule.ts';
import { counted, shown, some } from '../wording.ts';
import { keyForms } from './key-forms.ts';
import { hasRepeats } from './repeats.ts';

/** After this many findings of a kind in one list the rest is one finding. */
const most = 20;

/** What is wrong with some keys of a list, one finding for each; for a list file, or beyond {@link most}, one for all. */
function* perKey(
  list: DeviceList,
  indexes: readonly number[],
  describe: (index: number) => Omit<Problem, 'at'>,
): Iterable<Problem> {
  const alone = list.fileUri === undefined ? Math.min(indexes.length, most) : 0;
  for (const index of indexes.slice(0, alone)) yield { at: list.place(index), ...describe(index) };
  const rest = indexes.slice(alone);
  const first = rest[0];
  if (first === undefined) return;
  const { fixes: _, ...description } = describe(first);
  const lines = list.file?.kind === 'good' ? list.file.value.lines : undefined;
  const where = lines ? `In line ${lines[first]}: ` : '';
  const others =
    rest.length === 1
      ? ''
      : ` ${counted(rest.length - 1, 'other key')} of this list likewise${lines ? `, in line ${some(rest.slice(1).map((index) => String(lines[index])))}` : ''}.`;
  yield { at: list.place(first), ...description, message: `${where}${description.message}${others}` };
}

/** Keys quoted in `targets`. */
function quoted({ targets }: PlanMeaning) {
  return [...(targets?.include ?? []), ...(targets?.exclude ?? [])].flatMap(({ key, node }) =>
    key === undefined ? [] : [{ key, node }],
  );
}

export const tgt004 = rule({
  code: 'TGT004',
  severity: 'error',
  title: 'Device listed twice',
  sentence: 'A device key must stand in a list once, and should stand in one of the lists of a plan.',
  why: 'Counts would be wrong, and a repeated key is often a slip for another one.',
  bad: 'devices pilot of water_meter {\n  866123040000013\n  866123040000013\n}',
  good: 'devices pilot of water_meter {\n  866123040000013\n  866123040000021\n}',
  on: 'devices',
  *check(list) {
    if (!hasRepeats(list)) return;
    const first = new Map<string, number>();
    const repeated: number[] = [];
    for (const [index, key] of list.keys.entries()) {
      if (first.has(key)) repeated.push(index);
      else first.set(key, index);
    }
    yield* perKey(list, repeated, (index) => {
      const key = list.keys[index] ?? '';
      const before = first.get(key) ?? 0;
      const lines = list.file?.kind === 'good' ? list.file.value.lines : undefined;
      const where = lines ? ` (first in line ${lines[before]})` : '';
      return {
        message: `${shown(key)} stands in this list twice${where}. Remove one of them.`,
        related: lines ? [] : [{ at: list.place(before), message: 'the first' }],
        fixes: () => [remove(`Remove the second ${key}`, list.place(index))],
      };
    });
  },
  also: [on('plan', acrossLists)],
});

/** Devices that several entries of one plan include: a warning. */
function* acrossLists({ targets }: PlanMeaning): Iterable<Problem> {
  const include = targets?.include ?? [];
  if (include.length < 2) return;
  const owner = new Map<string, (typeof include)[number]>();
  for (const entry of include) {
    const keys = entry.key === undefined ? (entry.devices?.keys ?? []) : [entry.key];
    const repeated = new Set<string>();
    let before: (typeof include)[number] | undefined;
    for (const key of keys) {
      const other = owner.get(key);
      if (!other) owner.set(key, entry);
      else if (other !== entry) {
        repeated.add(key);
        before ??= other;
      }
    }
    if (!before) continue;
    const [key = ''] = repeated;
    const others = repeated.size === 1 ? shown(key) : `${counted(repeated.size, 'device')} (${some([...repeated], 3)})`;
    const name = before.name === undefined ? 'quoted before' : `also in \`${before.name}\``;
    const message = `${others} ${repeated.size === 1 ? 'is' : 'are'} ${name}. Each device is upgraded once; remove one of the two if it is a slip.`;
    yield {
      at: placeOf(entry.node),
      severity: 'warning',
      message,
      related: [{ at: placeOf(before.node), message: 'the other' }],
    };
  }
}

export const tgt005 = rule({
  code: 'TGT005',
  severity: 'error',
  title: 'Not a device key',
  sentence: 'A device key must have 4 to 32 letters and digits, and an IMEI should end in its check digit.',
  why: 'Developer Center has no such device. Of 15 digits with one that is wrong, the last no longer fits.',
  bad: 'devices pilot of water_meter {\n  86612304-0000010\n}',
  good: 'devices pilot of water_meter {\n  866123040000013\n}',
  on: 'devices',
  *check(list) {
    const { malformed, wrongCheckDigit: unchecked } = keyForms(list);
    yield* perKey(list, malformed, (index) => ({ message: noKey(list.keys[index] ?? '') }));
    // Many of them are keys of another kind than IMEIs: one finding says it.
    const [first] = unchecked;
    if (first !== undefined && unchecked.length > most) {
      const message = `${counted(unchecked.length, 'key')} of 15 digits, from ${shown(list.keys[first] ?? '')} on, have a check digit that does not fit an IMEI. Compare them with their source.`;
      yield { at: list.place(first), severity: 'warning', message };
    } else {
      yield* perKey(list, unchecked, (index) => ({ severity: 'warning', message: noImei(list.keys[index] ?? '') }));
    }
  },
  also: [
    on('plan', function* (plan) {
      for (const { key, node } of quoted(plan)) {
        if (!isDeviceKey(key)) yield { at: placeOf(node), message: noKey(key) };
        else if (!hasValidImeiCheckDigit(key)) yield { at: placeOf(node), severity: 'warning', message: noImei(key) };
      }
    }),
  ],
});

function noKey(key: string): string {
  const wrong = /[^A-Za-z0-9]/u.exec(key) ? 'other signs than letters and digits' : `${key.length} signs, not 4 to 32`;
  return `${shown(key)} is not a device key: it has ${wrong}. Write the key as Developer Center shows it.`;
}

function noImei(key: string): string {
  return `${shown(key)} has 15 digits, and the last is not the check digit of an IMEI. Compare it with its source.`;
}

export const tgt006 = rule({
  code: 'TGT006',
  severity: 'warning',
  title: 'Key damaged by a spreadsheet',
  sentence: 'Device keys should come as text, not as numbers of a spreadsheet.',
  why: 'A spreadsheet shows 15 digits as 8.66123E+14 and drops leading zeros. The digits are gone then.',
  bad: 'devices pilot of water_meter {\n  8.66123E+14\n}',
  good: 'devices pilot of water_meter {\n  866123040000013\n}',
  on: 'devices',
  *check(list) {
    const { suspicious, mostlyImeis: imeis } = keyForms(list);
    const damaged = suspicious.filter((index) => damage(list.keys[index] ?? '', imeis) !== undefined);
    yield* perKey(list, damaged, (index) => {
      const key = list.keys[index] ?? '';
      const found = damage(key, imeis);
      return {
        message: `${shown(key)} ${found?.message ?? ''}`,
        fixes: () => restored(key, found, (whole) => replace(`Change to ${whole}`, list.place(index), whole, false)),
      };
    });
  },
  also: [
    on('plan', function* (plan) {
      for (const { key, node } of quoted(plan)) {
        const found = damage(key, false);
        if (!found) continue;
        const at = placeOf(node);
        const fixes = () =>
          restored(key, found, (whole) => replace(`Change to ${quote(whole)}`, at, quote(whole), false));
        yield { at, message: `${shown(key)} ${found.message}`, fixes };
      }
    }),
  ],
});

interface Damage {
  readonly message: string;
  /** The key as it was, when that can be told. */
  readonly whole?: string;
}

function restored(key: string, found: Damage | undefined, fix: (whole: string) => FixDraft): FixDraft[] {
  return found?.whole === undefined || found.whole === key ? [] : [fix(found.whole)];
}

/** What a spreadsheet did to a key. @param imeis whether the keys around it have 15 digits */
function damage(key: string, imeis: boolean): Damage | undefined {
  // Nearly every key is letters and digits, and is done with here.
  if (/^[A-Za-z0-9]+$/.test(key)) {
    if (/^\d{1,3}E\d{1,2}$/i.test(key))
      return { message: 'looks like a number with an exponent. Export the keys as text.' };
    if (!imeis || !/^\d{14}$/.test(key) || !hasValidImeiCheckDigit(`0${key}`)) return undefined;
    const message = `has 14 digits where the others have 15: a leading zero seems lost. Write 0${key}, and export the keys as text.`;
    return { message, whole: `0${key}` };
  }
  if (/^\d+[.,]\d+E\+?\d+$/i.test(key) || /^\d+E\+\d+$/i.test(key)) {
    return { message: 'is a number with an exponent, and its last digits are lost. Export the keys as text.' };
  }
  // A blank between letters is a mistake of another kind; no-break spaces are how spreadsheets part digits.
  const whole = key
    .trim()
    .replace(/[\u00a0\u2007\u202f\ufeff\u200b]/gu, '')
    .replace(/^'/, '')
    .replace(/[.,]0+$/, '');
  if (whole === key || !isDeviceKey(whole)) return undefined;
  const what = /[.,]0+$/.test(key)
    ? 'ends in decimals, as a number does'
    : 'holds blanks that cannot be seen, or a quote';
  return { message: `${what}. Write ${whole}, and export the keys as text.`, whole };
}
