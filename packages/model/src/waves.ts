import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Waves } from './plan.ts';

/**
 * The place of a device in a plan's rollout, from 0 (first) to below 100 (last), in percent.
 * A stable hash of plan name and device key: the first 48 bits of SHA-256 over both, parted by a NUL.
 */
export function rolloutPosition(planName: string, deviceKey: string): number {
  const hash = sha256(utf8ToBytes(`${planName}\0${deviceKey}`));
  let value = 0;
  for (const byte of hash.subarray(0, 6)) value = value * 256 + byte;
  return (value / 2 ** 48) * 100;
}

/** The wave (0-based) in which a device's turn comes. */
export function waveOf(waves: Waves, planName: string, deviceKey: string): number {
  if (waves.steps.length <= 1) return 0;
  const position = rolloutPosition(planName, deviceKey);
  const index = waves.steps.findIndex((step) => position < step.percent);
  return index === -1 ? waves.steps.length - 1 : index;
}

/**
 * How many devices each wave adds when `count` devices are spread evenly, rounded as the shares fall.
 * An expectation: the hash decides device by device.
 */
export function expectedWaveSizes(waves: Waves, count: number): number[] {
  let before = 0;
  return waves.steps.map((step) => {
    const upTo = Math.round((count * step.percent) / 100);
    const size = upTo - before;
    before = upTo;
    return size;
  });
}
