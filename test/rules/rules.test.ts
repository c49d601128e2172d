import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const short: readonly (readonly [string, string])[] = [
  ['dc/', 'packages/developer-center/src/'],
  ['model/', 'packages/model/src/'],
];
const named = [
  ...readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8').matchAll(
    /`([\w./-]+\.test\.ts)` ([^|]+?)(?=; `| \|$)/gm,
  ),
].map(([, file = '', title = '']) => [file, title] as const);

describe('the table of rules', () => {
  it('has a test for each', () => {
    expect(named.length).toBeGreaterThan(50);
  });

  it.each(named)('%s has “%s”', (file, title) => {
    const [from, to] = short.find(([prefix]) => file.startsWith(prefix)) ?? ['', ''];
    const where = path.join(root, to + file.slice(from.length));
    expect(existsSync(where), `${where} is not there.`).toBe(true);
    expect(readFileSync(where, 'utf8')).toContain(title);
  });
});
