import { posix, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolvePath } from '@otaplan/language';
import { describe, expect, it, test } from 'vitest';
import { isWithin, slashPath, uriOf } from './paths.ts';

describe.each([
  ['POSIX', posix, '/home/ann/plans', '/home/ann'],
  ['Windows', win32, String.raw`C:\Users\Ann Lee\plans`, String.raw`C:\Users\Ann Lee`],
  ['a Windows share', win32, String.raw`\\files\firmware\plans`, String.raw`\\files\firmware`],
])('paths of %s', (_, style, folder, above) => {
  const windows = style === win32;
  const file = style.join(folder, 'meters', 'spring #1.otaplan');

  it('are shown with forward slashes, from where the user is', () => {
    expect(slashPath(folder, file, style)).toBe('meters/spring #1.otaplan');
    expect(slashPath(folder, style.join(above, 'fleet.csv'), style)).toBe('../fleet.csv');
  });
  it('become addresses and come back', () => {
    const back = fileURLToPath(uriOf(file, style), { windows });
    // The same file: an address has its drive in a small letter.
    expect(style.relative(file, back)).toBe('');
    expect(isWithin(folder, back, style)).toBe(true);
  });
  it('have the address that an import of them has', () => {
    const imported = resolvePath(uriOf(style.join(folder, 'main.otaplan'), style), 'meters/spring #1.otaplan');
    expect(imported).toBe(uriOf(file, style));
  });
  it('lie within a folder only when they are below it', () => {
    expect(isWithin(folder, file, style)).toBe(true);
    expect(isWithin(folder, folder, style)).toBe(true);
    expect(isWithin(folder, `${folder} of last year${style.sep}a`, style)).toBe(false);
    expect(isWithin(folder, above, style)).toBe(false);
    expect(isWithin(folder, style.join(folder, '..plans'), style)).toBe(true);
  });
});

test('everything on a drive lies within its root, and nothing of another drive', () => {
  expect(isWithin('D:\\', 'D:\\plans\\a', win32)).toBe(true);
  expect(isWithin('D:\\', 'C:\\plans\\a', win32)).toBe(false);
  expect(slashPath('D:\\plans', 'C:\\fleet.csv', win32)).toBe('C:/fleet.csv');
});
