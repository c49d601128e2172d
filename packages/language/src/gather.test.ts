import { describe, expect, it } from 'vitest';
import { gather, type Host } from './gather.ts';
import { compile } from './lower/compile.ts';

function hostOf(files: Record<string, string>): Host & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    isInside: (uri) => uri.startsWith('file:///w/'),
    async readText(uri) {
      asked.push(uri);
      const text = files[uri.slice('file:///w/'.length)];
      return text === undefined ? { kind: 'bad', reason: 'it does not exist' } : { kind: 'good', value: text };
    },
    async fileFacts(uri) {
      asked.push(uri);
      return { kind: 'good', value: { size: 1, sha256: '0'.repeat(64) } };
    },
  };
}

describe('gathering', () => {
  it('reads imports in rounds, lists and package files, each once and none outside the folder', async () => {
    const host = hostOf({
      'a.otaplan': 'import "b.otaplan"\nimport "main.otaplan"',
      'b.otaplan': 'devices x of y from "list.csv"\npackage "P" { file "p.bin" }\nimport "a.otaplan"',
      'list.csv': '1234\n',
    });
    const roots = new Map([
      ['file:///w/main.otaplan', 'import "a.otaplan"\nimport "../outside.otaplan"\nimport "gone.otaplan"'],
    ]);
    const { sources, world } = await gather(roots, host, { now: 0, zoneDataVersion: '2026a' });
    expect([...sources.files.keys()].sort()).toEqual(['a', 'b', 'main'].map((name) => `file:///w/${name}.otaplan`));
    expect(sources.roots).toEqual(['file:///w/main.otaplan']);
    expect(host.asked.sort()).toEqual(
      ['a.otaplan', 'b.otaplan', 'gone.otaplan', 'list.csv', 'p.bin'].map((name) => `file:///w/${name}`),
    );
    expect(world.readText('file:///w/list.csv')).toEqual({ kind: 'good', value: '1234\n' });
    expect(world.readText('file:///w/other.csv')).toEqual({ kind: 'notKnown' });
    expect(compile(sources, world, { rules: [] }).plans).toEqual([]);
  });
});
