// Writes src/generated/reader.ts from the grammar. Run it after the grammar changed: `pnpm --filter @otaplan/language generate`.
import { writeFileSync } from 'node:fs';
import { OtaplanGrammar } from '../src/generated/grammar.ts';
import { renderReader } from '../src/syntax/reader-source.ts';

writeFileSync(new URL('../src/generated/reader.ts', import.meta.url), renderReader(OtaplanGrammar()));
