import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect, test } from 'vitest';
import { endpoints, openApiDocument } from './openapi.ts';

/** What the linter recommends, and what a reader of an API reference misses most. */
const rules = {
  'operation-description': 'error',
  'tag-description': 'error',
  'operation-4xx-problem-details-rfc7807': 'error',
  'no-invalid-media-type-examples': 'error',
  'no-invalid-parameter-examples': 'error',
  'no-invalid-schema-examples': 'error',
} as const;

async function lint(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'], rules });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} (${location[0]?.pointer})`);
}

test('the document passes a linter, its examples included', async () => {
  expect(await lint(openApiDocument('1.2.3'))).toEqual([]);
});

test('the linter finds an example that its schema does not allow', async () => {
  const text = JSON.stringify(openApiDocument('1.2.3')).replace('"overlapMinutes":60', '"overlapMinutes":-60');
  expect((await lint(JSON.parse(text))).join('\n')).toContain('no-invalid-media-type-examples');
});

test('every endpoint has an example that its own schemas take', () => {
  for (const { id, params, query, body, bodyType, example } of endpoints) {
    expect([id, params.safeParse(example.params ?? {}).error?.issues]).toEqual([id, undefined]);
    expect([id, query.safeParse(example.query ?? {}).error?.issues]).toEqual([id, undefined]);
    if (body !== null && bodyType === 'json')
      expect([id, body.safeParse(example.body).error?.issues]).toEqual([id, undefined]);
  }
});

test('ids, and the pairs of method and path, are each there once', () => {
  for (const name of [
    ({ id }: { id: string }) => id,
    (e: { method: string; path: string }) => `${e.method} ${e.path}`,
  ]) {
    const names = endpoints.map(name as (e: (typeof endpoints)[number]) => string);
    expect(names).toEqual([...new Set(names)]);
  }
});
