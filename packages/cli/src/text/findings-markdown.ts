import { cutText, escapeMarkdown, markdownLength } from '@otaplan/model';
import type { JsonFinding } from './findings.ts';

/** A comment of GitHub holds 65,536 characters. */
const mostBytes = 60_000;

/** Findings as a table, worst first, as many as a comment has room for. */
export function findingsMarkdown(findings: readonly JsonFinding[]): string {
  if (findings.length === 0) return 'Nothing found.\n';
  const order = ['error', 'warning', 'information', 'hint'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const lines = ['| Severity | Code | Place | Message |', '| --- | --- | --- | --- |'];
  let length = 200;
  for (const [i, { file, code, severity, message, range, url }] of sorted.entries()) {
    const place = `${cell(file, 200)}:${range.start.line + 1}`;
    const row = `| ${severity} | ${link(code, url)} | ${place} | ${cell(message, 500)} |`;
    length += markdownLength(row) + 1;
    if (length > mostBytes) {
      lines.push('', `… and ${(sorted.length - i).toLocaleString('en')} more, for which there is no room here.`);
      break;
    }
    lines.push(row);
  }
  return `${lines.join('\n')}\n`;
}

/** The rules' page has an address of its own only where it is published. */
function link(code: string, url: string): string {
  return /^https?:/.test(url) ? `[${code}](${encodeURI(url)})` : code;
}

function cell(text: string, most: number): string {
  return escapeMarkdown(cutText(text, most));
}
