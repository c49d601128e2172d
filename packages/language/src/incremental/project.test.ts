import { describe, expect, it } from 'vitest';
import { emptyWorld } from '../world.ts';
import { fuzzSources } from './fuzz-sources.ts';
import { Project } from './project.ts';
import { difference, fuzz, seeded } from './random-edits.ts';

const world = emptyWorld(Date.UTC(2026, 10, 24, 10));

function opened(sources: ReadonlyMap<string, string> = fuzzSources): Project {
  const project = new Project(world);
  for (const [uri, text] of sources) project.set(uri, text);
  return project;
}

describe('a project that lives through edits', () => {
  it('says the same as a fresh check when nothing was edited', () => {
    expect(difference(opened(), fuzzSources, world)).toBe('');
  });

  it.each([1, 2, 3, 4, 5, 6])('says the same as a fresh check after random edits (seed %i)', (seed) => {
    expect(fuzz(fuzzSources, 60, seeded(seed))).toBeUndefined();
  });

  it('reads only the declaration that an edit touched', () => {
    const uri = 'file:///plans/spring.otaplan';
    const project = opened();
    const before = project.file(uri);
    const text = before?.text ?? '';
    const at = text.indexOf('retry 5');
    project.edit(uri, { start: at, oldEnd: at, insert: ' ' });
    const after = project.file(uri);
    const kept = after?.blocks.filter((block) => before?.blocks.includes(block));
    expect(after?.blocks.length).toBe(3);
    expect(kept?.length).toBe(2);
  });

  it('keeps the trees of a declaration when only a comment in it changed', () => {
    const uri = 'file:///plans/catalog.otaplan';
    const project = opened();
    const text = project.file(uri)?.text ?? '';
    const before = project.file(uri)?.declarations;
    const at = text.indexOf('the package');
    project.edit(uri, { start: at, oldEnd: at, insert: 'x' });
    const after = project.file(uri)?.declarations;
    expect(after?.every((node, index) => node === before?.[index])).toBe(true);
  });

  it('knows that a file is imported as long as one of two imports of it is left', () => {
    const [catalog, plan] = ['file:///plans/catalog.otaplan', 'file:///plans/plan.otaplan'];
    const line = 'import "catalog.otaplan"\n';
    const project = opened(
      new Map([
        [catalog, ''],
        [plan, line + line],
      ]),
    );
    const missing = () => project.result().findings.filter(({ code }) => code === 'SEM022').length;
    expect(missing()).toBe(0);
    project.edit(plan, { start: 0, oldEnd: line.length, insert: '' });
    expect(missing()).toBe(0);
    project.remove(catalog);
    expect(missing()).toBe(1);
  });

  it('works out fixes when asked, in the positions of now', () => {
    const uri = 'file:///plans/more/other.otaplan';
    const project = opened();
    project.result();
    project.edit(uri, { start: 0, oldEnd: 0, insert: '// above\n' });
    const finding = project.result().findings.find(({ code }) => code === 'TIME004');
    const edits = finding?.fixes()[0]?.edits.map(({ range, newText }) => [range.start.line, newText]);
    expect(edits).toEqual([
      [6, '2026-12-10 23:59'],
      [6, '2026-12-20 00:00'],
    ]);
  });
});

describe('a long list of devices', () => {
  it('has the keys of a fresh reading after random edits, one by one', () => {
    const random = seeded(11);
    const uri = 'file:///plans/list.otaplan';
    const lines = Array.from({ length: 300 }, (_, i) => `  ${866_123_040_000_000 + i}`);
    let text = `product m {\n  key "p1"\n}\n\ndevices many of m {\n${lines.join('\n')}\n}\n`;
    const project = new Project(world);
    project.set(uri, text);
    const bits = ['1', '\n', ' ', ',', '// x', '/* y */', '}', '8661230400\n', ''];
    for (let edit = 0; edit < 150; edit++) {
      const start = 40 + random(text.length - 44);
      const oldEnd = Math.min(text.length, start + (random(4) === 0 ? random(40) : 0));
      const insert = bits[random(bits.length)] ?? '';
      text = text.slice(0, start) + insert + text.slice(oldEnd);
      project.edit(uri, { start, oldEnd, insert });
      const fresh = new Project(world);
      fresh.set(uri, text);
      const keys = (of: Project) =>
        of.workspace.deviceLists().map((list) => list.keys.map((key, index) => [key, list.place(index).start]));
      expect(keys(project)).toEqual(keys(fresh));
      if (random(20) === 0) text = text.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
      project.set(uri, text);
    }
  });
});
