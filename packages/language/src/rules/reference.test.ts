import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderRulesReference } from './reference.ts';
import { rules } from './registry.ts';

describe('the rules reference', () => {
  it('is what the rules say (else run `pnpm --filter @otaplan/language reference`)', () => {
    const written = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
    expect(written).toBe(renderRulesReference());
  });

  it('has a place for every rule, where a finding’s link leads', () => {
    const text = renderRulesReference();
    for (const { code } of rules) expect(text).toContain(`### ${code}\n`);
  });

  it('says must of errors, and should of the rest', () => {
    for (const { severity, sentence } of rules)
      expect(sentence).toMatch(severity === 'error' ? /\bmust\b/ : /\bshould\b/);
  });
});
