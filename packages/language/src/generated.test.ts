import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const source = new URL('.', import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'otaplan-grammar-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('the generated syntax tree', () => {
  it('is that of the grammar (else run `pnpm --filter @otaplan/language generate`)', { timeout: 30_000 }, () => {
    const config = JSON.parse(readFileSync(new URL('../langium-config.json', source), 'utf8'));
    copyFileSync(new URL('grammar/otaplan.langium', source), join(scratch, 'otaplan.langium'));
    const [language] = config.languages;
    const here = { ...config, out: 'generated', languages: [{ ...language, grammar: 'otaplan.langium' }] };
    writeFileSync(join(scratch, 'langium-config.json'), JSON.stringify(here));
    const cli = fileURLToPath(new URL('../node_modules/langium-cli/bin/langium.js', source));
    execFileSync(process.execPath, [cli, 'generate', '-f', 'langium-config.json'], { cwd: scratch });
    for (const name of readdirSync(join(scratch, 'generated'))) {
      const committed = readFileSync(new URL(`generated/${name}`, source), 'utf8');
      expect(readFileSync(join(scratch, 'generated', name), 'utf8')).toBe(committed);
    }
  });
});

describe('this package', () => {
  it('runs in a browser: neither it nor what it uses imports from Node', { timeout: 30_000 }, async () => {
    const entryPoints = [fileURLToPath(new URL('index.ts', source))];
    const { errors, outputFiles } = await build({
      entryPoints,
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
    });
    expect(errors).toEqual([]);
    expect(outputFiles[0]?.text).not.toMatch(/from\s*"node:/);
  });
});
