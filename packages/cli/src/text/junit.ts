import type { JsonFinding } from './findings.ts';
import { shown } from './shown.ts';

/**
 * Findings as JUnit XML, for CI that knows no other report: a suite a file, a case a finding. Errors fail; warnings are shown as
 * skipped, with their message; a file in which nothing was found is a case that passes.
 */
export function junit(findings: readonly JsonFinding[], files: readonly string[]): string {
  const byFile = Map.groupBy(findings, ({ file }) => file);
  const all = [...new Set([...files, ...byFile.keys()])].sort();
  const suites = all.map((file) => suite(file, byFile.get(file) ?? []));
  const failures = findings.filter(isFailure).length;
  const tests = all.reduce((sum, file) => sum + Math.max(1, byFile.get(file)?.length ?? 0), 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="otaplan check" tests="${tests}" failures="${failures}">\n${suites.join('')}</testsuites>\n`;
}

function isFailure({ severity }: JsonFinding): boolean {
  return severity === 'error';
}

function suite(file: string, findings: readonly JsonFinding[]): string {
  const skipped = findings.filter((finding) => !isFailure(finding)).length;
  const head = `  <testsuite name="${xml(file)}" tests="${Math.max(1, findings.length)}" failures="${findings.length - skipped}" skipped="${skipped}">\n`;
  const cases = findings.map((finding) => {
    const { code, message, severity, range, url } = finding;
    const name = `${code} line ${range.start.line + 1}`;
    const open = `    <testcase classname="${xml(file)}" name="${xml(name)}" file="${xml(file)}" line="${range.start.line + 1}">`;
    const inner = isFailure(finding)
      ? `<failure type="${code}" message="${xml(message)}">${xml(`${file}:${range.start.line + 1}:${range.start.character + 1}: ${message} ${url}`)}</failure>`
      : `<skipped message="${xml(`${severity}: ${message}`)}"/>`;
    return `${open}${inner}</testcase>\n`;
  });
  const none = `    <testcase classname="${xml(file)}" name="nothing found" file="${xml(file)}"/>\n`;
  return `${head}${cases.length > 0 ? cases.join('') : none}  </testsuite>\n`;
}

function xml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return shown(text)
    .replace(/[&<>"]/g, (character) => entities[character] ?? '')
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd');
}
