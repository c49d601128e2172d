import type { DeviceList } from '../../meaning/devices.ts';

/** How often each key of a list stands there, and how many are there too often. */
interface Counts {
  readonly of: Map<string, number>;
  surplus: number;
}

/** Shorter lists are counted anew each time. */
const long = 2000;
const kept = new WeakMap<readonly string[], Counts>();

/** Whether a key stands in a list twice. Of a long list that was edited only the keys that changed are counted. */
export function hasRepeats({ keys, change }: Pick<DeviceList, 'keys' | 'change'>): boolean {
  if (keys.length < long) return new Set(keys).size < keys.length;
  const known = kept.get(keys);
  if (known) return known.surplus > 0;
  const before = change && kept.get(change.before);
  const counts: Counts = before ?? { of: new Map(), surplus: 0 };
  if (change && before) {
    // The counts go over to the new list: nobody asks about the old one again.
    kept.delete(change.before);
    for (let i = change.first; i < change.oldNext; i++) take(counts, change.before[i] ?? '');
    for (let i = change.first; i < change.newNext; i++) add(counts, keys[i] ?? '');
  } else for (const key of keys) add(counts, key);
  kept.set(keys, counts);
  return counts.surplus > 0;
}

function add(counts: Counts, key: string): void {
  const count = counts.of.get(key) ?? 0;
  counts.of.set(key, count + 1);
  if (count > 0) counts.surplus++;
}

function take(counts: Counts, key: string): void {
  const count = counts.of.get(key) ?? 0;
  if (count > 1) {
    counts.of.set(key, count - 1);
    counts.surplus--;
  } else counts.of.delete(key);
}
