// Writes docs/rules.md from the rules. Run it after a rule changed: `pnpm --filter @otaplan/language reference`.
import { writeFileSync } from 'node:fs';
import { renderRulesReference } from '../src/rules/reference.ts';

writeFileSync(new URL('../../../docs/rules.md', import.meta.url), renderRulesReference());
