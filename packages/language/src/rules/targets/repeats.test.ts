import { describe, expect, it } from 'vitest';
import { seeded } from '../../incremental/random-edits.ts';
import { cutKeys, cutKeysAgain } from '../../syntax/keys.ts';
import { hasRepeats } from './repeats.ts';

describe('keys that stand in a long list twice', () => {
  it('are seen after edits as in a list that is read afresh', () => {
    const random = seeded(5);
    let body = Array.from({ length: 3000 }, (_, i) => `  ${866_123_040_000_000 + i}\n`).join('');
    let list = cutKeys(body, 0);
    let repeated = 0;
    for (let edit = 0; edit < 200; edit++) {
      const start = random(body.length);
      const insert = random(2) === 0 ? body.slice(0, random(40)) : '7';
      const after = body.slice(0, start) + insert + body.slice(start + random(40));
      list = cutKeysAgain(after, 0, { body, offset: 0, list });
      body = after;
      const repeats = hasRepeats(list);
      expect(repeats).toBe(new Set(list.keys).size < list.keys.length);
      if (repeats) repeated++;
    }
    expect(repeated).toBeGreaterThan(0);
  });
});
