import type { Part } from '../../syntax/source.ts';
import type { Problem } from '../rule.ts';
import { rule } from '../rule.ts';

/** Hands on what the parser met under a code. */
function* fromParser(code: string, { file, offset, problems }: Part): Iterable<Problem> {
  for (const { code: found, start, end, message, fix } of problems) {
    if (found !== code) continue;
    const at = (from: number, to: number) => ({ source: file, start: offset + from, end: offset + to });
    const fixes = () =>
      fix ? [{ title: fix.title, safe: true, edits: [{ at: at(fix.start, fix.end), text: fix.text }] }] : [];
    yield { at: at(start, end), message, fixes };
  }
}

export const syn001 = rule({
  code: 'SYN001',
  severity: 'error',
  title: 'Not expected here',
  sentence: 'Every word must stand where the language expects it.',
  why: 'What cannot be read cannot be deployed. The rest of the file is still checked.',
  bad: 'retry 5',
  good: 'retry 5 times',
  on: 'part',
  check: (part) => fromParser('SYN001', part),
});

export const syn002 = rule({
  code: 'SYN002',
  severity: 'error',
  title: 'Never closed',
  sentence: 'Every brace, quote and comment that is opened must be closed.',
  why: 'Reported where it was opened: the place where its end is missed says little.',
  bad: 'plan "Spring" {\n  product water_meter',
  good: 'plan "Spring" {\n  product water_meter\n}',
  on: 'part',
  check: (part) => fromParser('SYN002', part),
});

export const syn003 = rule({
  code: 'SYN003',
  severity: 'error',
  title: 'Unknown statement',
  sentence: 'A statement must be one that its block has.',
  why: 'A misspelt statement would otherwise be one that is missing.',
  bad: 'efective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"',
  good: 'effective 2026-12-01 00:00 to 2026-12-15 23:59 in "Europe/Berlin"',
  on: 'part',
  check: (part) => fromParser('SYN003', part),
});

export const syn011 = rule({
  code: 'SYN011',
  severity: 'error',
  title: 'Too large or too deep',
  sentence: 'A file must be at most 16 MiB, and braces must nest at most 64 deep.',
  why: 'Device keys by the hundred thousand belong into a list file, which is read far more cheaply.',
  bad: 'devices all of water_meter { … 17 MiB of keys … }',
  good: 'devices all of water_meter from "lists/all.csv"',
  on: 'part',
  check: (part) => fromParser('SYN011', part),
});
