import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { absences, homes, type Part, parts } from './floors.ts';

const root = path.join(import.meta.dirname, '../..');

interface Import {
  readonly file: string;
  readonly specifier: string;
}

function sources(folder: string): string[] {
  return globSync(`${folder}/src/**/*.{ts,tsx,mts}`, { cwd: root })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => !/\.test\.ts$|\/(test|test-web|fixtures|testing)\//.test(file));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const pattern = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)['"]([^'"\n]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? '' }));
}

const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const ours = new Set(parts.map((part) => part.name));

describe.each(parts)('$folder', (part: Part) => {
  const all = sources(part.folder).flatMap(importsOf);

  test('imports downwards only', () => {
    const wrong = all.filter(({ specifier }) => {
      const name = packageOf(specifier);
      return (
        ours.has(name) && name !== part.name && !part.mayImport.includes(name) && !part.mayImport.includes(specifier)
      );
    });
    expect(wrong).toEqual([]);
  });

  test('does not leave its own folder by a relative import', () => {
    const wrong = all.filter(({ file, specifier }) => {
      if (!specifier.startsWith('.')) return false;
      const target = path.posix.join(path.posix.dirname(file), specifier);
      return !target.startsWith(`${part.folder}/`);
    });
    expect(wrong).toEqual([]);
  });

  test('uses a library only where that is at home', () => {
    const wrong = all.filter(({ specifier }) => {
      const home = homes[specifier] ?? homes[packageOf(specifier)];
      return home !== undefined && !home.includes(part.folder);
    });
    expect(wrong).toEqual([]);
  });

  test('does not reach for what is passed in', () => {
    const wrong = absences
      .filter((absence) => absence.folder === part.folder)
      .flatMap(({ pattern, why }) =>
        sources(part.folder)
          .filter((file) => pattern.test(readFileSync(path.join(root, file), 'utf8').replace(/^\s*(\*|\/\/).*$/gm, '')))
          .map((file) => `${file}: ${why}`),
      );
    expect(wrong).toEqual([]);
  });
});

test('there is source to look at', () => {
  for (const part of parts.slice(0, 3)) expect(sources(part.folder).length, part.folder).toBeGreaterThan(3);
});

test('nothing is named after being common', () => {
  const named = globSync('{packages,extension,language-server,test}/**/*', {
    cwd: root,
    exclude: (f) => /node_modules|dist/.test(f),
  })
    .map((file) => path.basename(file).replace(/\..*$/, ''))
    .filter((name) => ['shared', 'common', 'core', 'utils', 'util', 'helpers', 'misc'].includes(name));
  expect(named).toEqual([]);
});
