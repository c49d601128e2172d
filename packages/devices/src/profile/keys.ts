import { hasValidImeiCheckDigit } from '@otaplan/model';
import { Draws } from './draws.ts';

/** Type allocation codes that begin with 00 are for test equipment (GSMA TS.06): no such number is anybody's modem. */
const testTypeAllocation = '00101700';

/**
 * Device keys that look like IMEIs: 15 digits with the right check digit. The first key follows from the seed, the others
 * count on from it. Sorted, so that a key range is a batch.
 * @param count at most 1,000,000; more is a RangeError
 */
export function deviceKeys(seed: string, count: number): string[] {
  const serials = 1_000_000;
  if (count > serials)
    throw new RangeError(`At most ${serials} device keys can be made up; give a list of keys instead.`);
  const first = Math.floor(new Draws(seed, '').draw('first device key') * serials);
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const serial = String((first + i) % serials).padStart(6, '0');
    for (let digit = 0; digit < 10; digit++) {
      const key = testTypeAllocation + serial + digit;
      if (hasValidImeiCheckDigit(key)) keys.push(key);
    }
  }
  return keys.sort();
}
