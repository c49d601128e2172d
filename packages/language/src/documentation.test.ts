import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { format } from './format/format.ts';
import { emptyWorld } from './world.ts';

const page = readFileSync(new URL('../../../docs/language.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```otaplan\n(.*?)```/gs)].map((match) => match[1] ?? '');

describe('the examples of docs/language.md', () => {
  it.each(examples)('%#: canonical', (text) => {
    expect(format(text)).toEqual({ kind: 'formatted', text });
  });

  it('have no errors', () => {
    const [catalog = '', spring = ''] = examples;
    const files = new Map([
      ['file:///w/catalog.otaplan', catalog],
      ['file:///w/spring.otaplan', spring],
    ]);
    const { findings } = check({ files }, emptyWorld(Date.parse('2026-11-24T10:00Z')));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
