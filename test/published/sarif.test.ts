import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

/** Findings as an independent reader takes them: Microsoft's SARIF Multitool, with the rules of SARIF and those of GitHub code scanning. */
const root = path.join(import.meta.dirname, '../..');
const multitool: string = createRequire(import.meta.url)('@microsoft/sarif-multitool');
/** It compares no texts by language, so it needs none of the system's libraries for that. */
const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
const cwd = mkdtempSync(path.join(tmpdir(), 'otaplan-sarif-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface Log {
  readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly level?: string }[] }[];
}
const readLog = (name: string) => JSON.parse(readFileSync(path.join(cwd, name), 'utf8').replace(/^\ufeff/, '')) as Log;
const read = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(multitool, args, {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
};
const validate = (name: string) =>
  read('validate', name, '--rule-kind', 'Sarif;Ghas', '--output', 'judged.sarif', '--log', 'ForceOverwrite');

describe('check --format sarif', () => {
  cpSync(path.join(root, 'examples/water-meter'), cwd, { recursive: true });
  // Of every kind: errors, warnings, hints, something allowed, names that need encoding.
  writeFileSync(
    path.join(cwd, 'größe 1#2.otaplan'),
    'plan "x" {\n  retry 9 times\n  retry 9 times\n  allow SAFE005 because "y"\n}\n',
  );
  const { stdout: sarif } = spawnSync(
    process.execPath,
    [path.join(root, 'packages/cli/bin/otaplan.js'), 'check', '--format', 'sarif'],
    { cwd, encoding: 'utf8' },
  );
  writeFileSync(path.join(cwd, 'findings.sarif'), sarif);

  it('is found right by another reader, down to advice', () => {
    const { status, said } = validate('findings.sarif');
    expect(status, said).toBe(0);
    expect(readLog('judged.sarif').runs.flatMap(({ results }) => results)).toEqual([]);
  });
  it('is read with every finding in it', () => {
    const { status, said } = read(
      'query',
      'findings.sarif',
      '--expression',
      'RuleId == SEM024',
      '--output',
      'queried.sarif',
    );
    expect(status, said).toBe(0);
    const rules = (name: string) => readLog(name).runs.flatMap(({ results }) => results.map(({ ruleId }) => ruleId));
    expect(rules('queried.sarif').filter((rule) => rule === 'SEM024')).toHaveLength(
      rules('findings.sarif').filter((rule) => rule === 'SEM024').length,
    );
    expect(rules('queried.sarif')).toContain('SEM024');
  });
  it('would not be found right with a mistake in it', () => {
    writeFileSync(
      path.join(cwd, 'wrong.sarif'),
      sarif.replace('"ruleIndex": 0', '"ruleIndex": 999').replaceAll('"text"', '"txt"'),
    );
    const { said } = validate('wrong.sarif');
    expect(said).toMatch(/error|JSON1/);
  });
});
