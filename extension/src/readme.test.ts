import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const at = (name: string) => readFileSync(path.join(import.meta.dirname, '..', name), 'utf8');
const { contributes } = JSON.parse(at('package.json')) as {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly problemMatchers: readonly { readonly name: string; readonly pattern: Record<string, unknown> }[];
  };
};
/** Names in the first column of the table under a heading. */
function table(heading: string): string[] {
  const section = at('README.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''));
}

describe('the README of the extension', () => {
  it('gives every setting its reason, and has no other', () => {
    expect(table('Settings').sort()).toEqual(Object.keys(contributes.configuration.properties).sort());
  });
  it('gives every command its reason, and has no other', () => {
    const declared = contributes.commands.map(({ command }) => command.slice('otaplan.'.length));
    expect(table('Commands').sort()).toEqual(declared.sort());
  });
});

describe('the problem matcher', () => {
  it('reads what `otaplan check` prints', () => {
    const [matcher] = contributes.problemMatchers;
    const pattern = new RegExp(String(matcher?.pattern['regexp']));
    const found = pattern.exec('plans/spring.otaplan:12:11 error SEM006 There is no “pilto” here.');
    expect(found?.slice(1)).toEqual([
      'plans/spring.otaplan',
      '12',
      '11',
      'error',
      'SEM006',
      'There is no “pilto” here.',
    ]);
  });
});
