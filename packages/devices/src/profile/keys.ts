import { hasValidImeiCheckDigit } from '@otaplan/model';
import { Draws } from './draws.ts';

/** 3GPP TS 23.003 keeps the reporting body 00 for test equipment: no such number belongs to anybody's modem. */
const testTypeAllocation = '00101700';

/**
 * Device keys that look like IMEIs: 15 digits with the right check digit. The first key follows from the seed, the others
 * count on from it, so that a key range is a batch.
 * @param count at most 1,000,000
 */
export function deviceKeys(seed: string, count: number): string[] {
  const serials = 1_000_000;
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
