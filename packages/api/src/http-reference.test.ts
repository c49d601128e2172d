import { expect, it } from 'vitest';
import { renderHttpReference } from './http-reference.ts';
import { endpoints } from './openapi.ts';

it('docs/http-api.md is what the OpenAPI document says; “vitest -u” renews it', async () => {
  const reference = renderHttpReference('0.1.0');
  for (const { method, path } of endpoints) expect(reference).toContain(`### \`${method} ${path}\``);
  await expect(reference).toMatchFileSnapshot('../../../docs/http-api.md');
});
