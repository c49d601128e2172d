/**
 * Every check, in the order in which it is cheapest to fail: format and lint, types, build, architecture, unit, end to end.
 * `--all` adds the documentation and what needs a browser or a real VS Code, and installs what Debian has for that. Ends with a line that counts the tests.
 */
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, step } from './steps.ts';
import { wantMosquitto, wantPostgres, wantRsync } from './system-packages.ts';

const all = process.argv.includes('--all');
const counts = { passed: 0, failed: 0, skipped: 0 };

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs a vitest project and adds to the count what it reports. */
function tests(title: string, project: string): void {
  const report = path.join(root, 'node_modules/.otaplan-tests.json');
  rmSync(report, { force: true });
  step(title, 'vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const result = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  counts.skipped += result.numPendingTests;
  for (const { fullName, status } of result.testResults.flatMap((file) => file.assertionResults)) {
    if (status === 'pending' || status === 'skipped') console.log(`   skipped: ${fullName}`);
  }
}

step('format and lint', 'biome', ['ci', '--error-on-warnings', '.']);
step('types', 'tsc', ['-b']);
step('build', 'node', ['scripts/build.ts']);
tests('architecture', 'architecture');
if (all) {
  wantPostgres();
  wantMosquitto();
}
tests('unit', 'unit');
tests('end to end', 'end-to-end');
if (all) {
  wantRsync();
  step('documentation', 'node', ['scripts/docs.ts']);
  tests('as published', 'published');
}
if (all) step('in a real VS Code', 'node', ['test/vscode-host/run.ts']);

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
