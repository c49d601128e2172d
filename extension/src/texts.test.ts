import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const calls = /\bl10n\.t\(\s*(?:'((?:[^'\\]|\\.)*)'|(\S))/g;

/** Every text that the code shows, as it stands in the calls. */
function texts(): string[] {
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  return files.flatMap((name) =>
    [...readFileSync(path.join(here, name), 'utf8').matchAll(calls)].map((match) => {
      // a text that is put together cannot be translated
      if (match[1] === undefined) throw new Error(`${name}: l10n.t wants its text as a literal in single quotes`);
      return match[1].replaceAll("\\'", "'");
    }),
  );
}
const chinese = JSON.parse(readFileSync(path.join(here, '../l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Record<
  string,
  string
>;

const read = (name: string) => readFileSync(path.join(here, '..', name), 'utf8');
const words = (name: string) => JSON.parse(read(name)) as Record<string, string>;

describe('texts of the manifest', () => {
  it('are those that it names, in both languages', () => {
    const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map((match) => match[1]);
    for (const name of ['package.nls.json', 'package.nls.zh-cn.json']) {
      expect(Object.keys(words(name)).sort()).toEqual([...new Set(used)].sort());
    }
  });
  it('are translated, and lead to the same commands', () => {
    const links = (text = '') => [...text.matchAll(/\(command:[\w.]+\)/g)].map(String).sort();
    const english = words('package.nls.json');
    for (const [key, text] of Object.entries(words('package.nls.zh-cn.json'))) {
      expect([key, /\p{Script=Han}/u.test(text)]).toEqual([key, true]);
      expect([key, links(text)]).toEqual([key, links(english[key])]);
    }
  });
});

describe('texts on screen', () => {
  it('are all in the Chinese bundle, and nothing else is', () => {
    expect(Object.keys(chinese).sort()).toEqual([...new Set(texts())].sort());
  });
  it('are translated', () => {
    const alike = new Set(['Access key', '{0} of {1}']);
    const left = Object.keys(chinese).filter(
      (text) => !alike.has(text) && !/\p{Script=Han}/u.test(chinese[text] ?? ''),
    );
    expect(left).toEqual([]);
  });
  it('keep the places for their values', () => {
    const places = (text: string) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
    for (const [english, translated] of Object.entries(chinese))
      expect([english, places(translated)]).toEqual([english, places(english)]);
  });
});
