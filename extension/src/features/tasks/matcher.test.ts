import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly contributes: { readonly problemMatchers: readonly { readonly pattern: { readonly regexp: string } }[] };
}
const manifest = JSON.parse(readFileSync(path.join(import.meta.dirname, '../../../package.json'), 'utf8')) as Manifest;
const pattern = new RegExp(manifest.contributes.problemMatchers[0]?.pattern.regexp ?? '');

describe('the problem matcher', () => {
  it.each([
    ['spring.otaplan:7:13 error TIME004 The end is not after the start.', 'TIME004'],
    ['plans/a b.otaplan:1:1 warning SAFE001 More than 1,000 devices and no waves.', 'SAFE001'],
    ['spring.otaplan:12:3 information SEM017 It is the default.', 'SEM017'],
  ])('reads a line of the command, with a code of any length: %s', (line, code) => {
    expect(pattern.exec(line)?.[5]).toBe(code);
  });
  it('leaves the last line, which sums up', () => {
    expect(pattern.test('1 error in 3 files.')).toBe(false);
  });
});
