import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderGrammarReference } from './grammar-reference.ts';

it('docs/grammar.md is what the grammar says; “vitest -u” renews it', async () => {
  const page = renderGrammarReference();
  // Every rule and token of the grammar has its place.
  const grammar = readFileSync(new URL('otaplan.langium', import.meta.url), 'utf8');
  const names = [...grammar.matchAll(/^(?:entry )?([A-Z]\w+)(?: returns string)?:$/gm)].map((match) => match[1] ?? '');
  expect(names.length).toBeGreaterThan(40);
  for (const name of names) expect(page).toMatch(new RegExp(`^${name} +::= `, 'm'));
  for (const [, name = ''] of grammar.matchAll(/^terminal (\w+):/gm)) expect(page).toContain(`| \`${name}\` |`);
  await expect(page).toMatchFileSnapshot(new URL('../../../../docs/grammar.md', import.meta.url).pathname);
});
