import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyWorld, parseAll, readDeclared, Workspace } from '@otaplan/language';
import { compareDeclared } from '@otaplan/model';
import { describe, expect, it } from 'vitest';
import { comparisonText } from './text/difference.ts';

/** Pairs of plans from five histories, each with the words a reviewer gets. Written to be read; `vitest -u` renews the words. */
const folder = join(import.meta.dirname, '../fixtures/changes');
const world = emptyWorld(Date.UTC(2027, 0, 1));

function declared(text: string) {
  const sources = parseAll({ files: new Map([['file:///plans.otaplan', text]]) });
  return readDeclared(new Workspace(sources, world), ['file:///plans.otaplan']);
}

describe('a change in words', () => {
  const files = readdirSync(folder);
  it('has forty examples', () => expect(files.length).toBeGreaterThanOrEqual(40));
  it.each(files)('%s', async (file) => {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    const parts = /^(.*?)\n=== before ===\n(.*?)\n=== after ===\n(.*?)\n=== words ===\n/s.exec(text);
    const [, title = '', before = '', after = ''] = parts ?? [];
    const sides = [declared(before), declared(after)] as const;
    expect(sides.flatMap(({ incomplete }) => incomplete)).toEqual([]);
    const words = comparisonText({ ...compareDeclared(...sides), with: 'before', notes: [] });
    await expect(
      `${title}\n=== before ===\n${before}\n=== after ===\n${after}\n=== words ===\n${words}`,
    ).toMatchFileSnapshot(path);
  });
});
