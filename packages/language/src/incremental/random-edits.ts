import { check } from '../check.ts';
import type { CheckResult } from '../findings.ts';
import { emptyWorld, type World } from '../world.ts';
import { Project } from './project.ts';

/** Numbers from 0 to below `below`, the same for the same seed. */
export type Random = (below: number) => number;

/** A small generator of pseudo-random numbers (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const snippets = [
  ...'{}",:>%/*\n\r\t \u00e9\ufeff\u202e0aZ_-.'.split(''),
  ...[
    '//',
    '/*',
    '*/',
    '\r\n',
    '\n}\n',
    '"2.4.0"',
    '\nplan "Spring" {\n',
    'retry 5 times\n',
    'import "catalog.otaplan"\n',
  ],
  ...[
    'targets all\n',
    'allow SAFE002 because "x"\n',
    'devices extra of water_meter {\n  8661230400000\n}\n',
    'pilot',
    'berlin',
  ],
  ...[
    'product water_meter {\n  key "p1"\n  component modem: module "FOTA"\n}\n',
    'effective 2026-12-15 00:00 to 2026-12-01 00:00',
  ],
  ...[
    'package "X" {\n  for module\n  version "2.4.0"\n  file "a.bin"\n}\n',
    'include ',
    'exclude ',
    'water_meter',
    '😀',
    '\ud800',
  ],
];

/** One edit of a text: a character or a snippet typed, a stretch deleted, moved or doubled. */
export function randomEdit(text: string, random: Random): { start: number; oldEnd: number; insert: string } {
  const start = random(text.length + 1);
  const length = Math.min(random(4) === 0 ? random(200) : random(12), text.length - start);
  const snippet = snippets[random(snippets.length)] ?? '';
  switch (random(5)) {
    case 0:
      return { start, oldEnd: start + length, insert: '' };
    case 1: {
      const from = random(text.length + 1);
      return { start, oldEnd: start, insert: text.slice(from, from + random(300)) };
    }
    case 2:
      return { start, oldEnd: start + length, insert: snippet };
    default:
      return { start, oldEnd: start, insert: snippet };
  }
}

/** What differs between a project that lived through edits and a fresh check of the same sources; empty when nothing. */
export function difference(project: Project, sources: ReadonlyMap<string, string>, world: World): string {
  for (const [uri, text] of sources) if (project.file(uri)?.text !== text) return `${uri} has another text.`;
  for (const [uri, text] of sources) if (project.file(uri)?.text !== text) return `${uri} has another text`;
  const [lived, fresh] = [project.result(), check({ files: sources }, world)].map(asText);
  if (lived === fresh) return '';
  const [left, right] = [new Set(lived?.split('\n')), new Set(fresh?.split('\n'))];
  const only = (of: Set<string>, other: Set<string>) => [...of].filter((line) => !other.has(line)).join('\n');
  return `only after edits:\n${only(left, right)}\nonly afresh:\n${only(right, left)}`;
}

function asText({ findings, suppressed, notChecked }: CheckResult): string {
  const plain = (value: unknown) => JSON.stringify(value, (key, each) => (key === 'fixes' ? undefined : each));
  const lines = [
    ...findings.map((finding) => plain(finding)),
    ...suppressed.map((each) => `suppressed ${plain(each)}`),
    ...notChecked.map((each) => `not checked ${plain(each)}`),
  ];
  return lines.sort().join('\n');
}

/**
 * Edits files at random and compares with a fresh check after every so many edits.
 * @returns the first difference with the texts that led to it, or `undefined`
 */
export function fuzz(
  start: ReadonlyMap<string, string>,
  edits: number,
  random: Random,
  every = 1,
): { seedEdit: number; difference: string; sources: ReadonlyMap<string, string> } | undefined {
  const now = Date.UTC(2026, 10, 24, 10);
  let lists = new Map<string, string>();
  let world: World = fuzzWorld(now, lists);
  let project = new Project(world);
  const sources = new Map(start);
  const few = () => {
    let left = random(5);
    return () => left-- <= 0;
  };
  for (const [uri, text] of sources) {
    project.set(uri, text);
    project.checkNew(uri, few());
  }
  for (let edit = 1; edit <= edits; edit++) {
    const uris = [...start.keys()];
    const uri = uris[random(uris.length)] ?? '';
    const text = sources.get(uri);
    const what = random(60);
    if (what === 0 && text !== undefined) {
      sources.delete(uri);
      project.remove(uri);
    } else if (text === undefined || what === 1 || text.length > 40_000) {
      sources.set(uri, start.get(uri) ?? '');
      project.set(uri, start.get(uri) ?? '');
    } else if (what === 2) {
      const list = 'file:///plans/lists/berlin.csv';
      lists = new Map([[list, `device_key\n86612304000${random(3)}\n`]]);
      world = fuzzWorld(now, lists);
      project.worldChanged([`text ${list}`], world);
    } else {
      const { start: from, oldEnd, insert } = randomEdit(text, random);
      const after = text.slice(0, from) + insert + text.slice(oldEnd);
      sources.set(uri, after);
      project.edit(uri, { start: from, oldEnd, insert });
    }
    // Now and then the check does not come to its end before the next edit.
    const way = random(6);
    if (way < 2) project.checkSome(few());
    else if (way < 4) project.check(uri);
    else if (way === 4) project.checkNew(uri, few());
    if (edit % every !== 0) continue;
    const found = difference(project, sources, world);
    if (found !== '') return { seedEdit: edit, difference: found, sources };
    if (random(500) === 0) {
      project = new Project(world);
      for (const [each, content] of sources) project.set(each, content);
    }
  }
  return undefined;
}

function fuzzWorld(now: number, lists: ReadonlyMap<string, string>): World {
  return {
    ...emptyWorld(now),
    readText: (uri) => {
      const value = lists.get(uri);
      return value === undefined ? { kind: 'notKnown' } : { kind: 'good', value };
    },
  };
}
